import 'fast-check';
export {};
