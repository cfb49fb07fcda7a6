import '../support/help.ts';
import '../../src/articles/index.ts';
export {};
