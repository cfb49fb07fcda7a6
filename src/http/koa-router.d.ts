/** koa-router 14 brings no types and @types/koa-router describes an older one: what the shell uses of it. */
declare module 'koa-router' {
  import type { Context, Middleware } from 'koa';

  export type RouterContext = Context & {
    params: Record<string, string>;
    /** Every route whose path fits, whatever its method. */
    matched?: readonly { readonly methods: readonly string[] }[];
  };
  export default class Router {
    register(path: string, methods: string[], middleware: ((ctx: RouterContext) => Promise<void>)[]): unknown;
    routes(): Middleware;
  }
}
