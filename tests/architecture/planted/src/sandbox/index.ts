import '../kernel/index.ts';
import 'koa';
export {};
