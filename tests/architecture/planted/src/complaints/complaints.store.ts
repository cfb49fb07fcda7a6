import 'mongoose';
export {};
