import '../pages/index.ts';
export {};
