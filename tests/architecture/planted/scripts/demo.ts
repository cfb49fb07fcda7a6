import './stores/index.ts';
import '../src/kernel/index.ts';
import '../src/articles/index.ts';
export {};
