import '../platform/redis/inner.ts';
export {};
