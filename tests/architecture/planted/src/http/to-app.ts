import '../app/index.ts';
export {};
