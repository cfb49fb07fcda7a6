import './circle-a.ts';
export {};
