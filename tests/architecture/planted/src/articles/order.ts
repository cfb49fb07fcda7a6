import '../complaints/index.ts';
export {};
