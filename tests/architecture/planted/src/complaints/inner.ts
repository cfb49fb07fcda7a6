import '../articles/index.ts';
import '../wechat/index.ts';
import '../http/index.ts';
import '../platform/redis/index.ts';
import '../kernel/index.ts';
export {};
