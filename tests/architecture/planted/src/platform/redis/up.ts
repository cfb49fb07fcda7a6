import '../../http/index.ts';
export {};
