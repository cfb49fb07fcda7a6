import '../platform/redis/index.ts';
export {};
