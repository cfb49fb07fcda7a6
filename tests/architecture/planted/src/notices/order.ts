import '../articles/index.ts';
export {};
