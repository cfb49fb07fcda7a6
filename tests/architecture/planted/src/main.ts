import './app/index.ts';
import './articles/index.ts';
export {};
