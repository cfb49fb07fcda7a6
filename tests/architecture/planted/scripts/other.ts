import '../tests/support/help.ts';
export {};
