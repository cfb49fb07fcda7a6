/** What a thread can run: an exported function whose arguments and result can be copied. */
// oxlint-disable-next-line typescript/no-explicit-any -- any function: its own types come out again in `run`
export type AnyWork = (...args: any[]) => unknown;

/** Names a function so that a thread finds it; carries its types. */
export interface ThreadJob<F extends AnyWork> {
  readonly module: string;
  readonly name: string;
  /** The function itself, for what is too small to be worth a thread. */
  readonly here: F;
}

/** `beside` is the caller's `import.meta.url`; `file` stands beside it, without its ending, and exports `here` by its name. */
export function threadJob<F extends AnyWork>(beside: string, file: string, here: F): ThreadJob<F> {
  return { module: new URL(file + endingOf(beside), beside).href, name: here.name, here };
}

/** `.ts` where the sources run, `.js` where the build does. */
export function endingOf(url: string): '.ts' | '.js' {
  return new URL(url).pathname.endsWith('.ts') ? '.ts' : '.js';
}
