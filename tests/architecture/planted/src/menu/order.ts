import '../notices/index.ts';
export {};
