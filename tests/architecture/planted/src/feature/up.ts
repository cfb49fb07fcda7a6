import '../audit/index.ts';
export {};
