import '../pages/index.ts';
import '../inbox/index.ts';
import '../platform/redis/index.ts';
import 'koa';
export {};
