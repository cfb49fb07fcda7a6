import '../conversation/index.ts';
export {};
