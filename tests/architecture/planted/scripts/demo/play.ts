import '../stores/index.ts';
import '../../src/app/index.ts';
export {};
