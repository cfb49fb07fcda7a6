import 'mongodb';
export {};
