import '../complaints/inner.ts';
export {};
