import 'koa';
export {};
