import '../../src/kernel/index.ts';
export {};
