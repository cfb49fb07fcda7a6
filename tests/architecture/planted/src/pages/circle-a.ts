import './circle-b.ts';
export {};
