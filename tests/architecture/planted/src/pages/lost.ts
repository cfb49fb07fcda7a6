import './absent.ts';
export {};
