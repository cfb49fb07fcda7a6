import '../sandbox/index.ts';
export {};
