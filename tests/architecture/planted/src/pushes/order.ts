import '../briefings/index.ts';
export {};
