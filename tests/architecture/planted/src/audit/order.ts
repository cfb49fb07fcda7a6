import '../staff/index.ts';
export {};
