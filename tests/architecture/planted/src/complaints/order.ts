import '../tipoffs/index.ts';
export {};
