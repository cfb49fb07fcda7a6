import '../subscribers/index.ts';
export {};
