import '../inbox/index.ts';
export {};
