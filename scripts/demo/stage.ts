import { setTimeout as sleep } from 'node:timers/promises';
import { countChars, firstChars } from '../../src/kernel/index.ts';

/** Something was seen that should not be, or was not seen that should: the play did not hold. */
export class NotHeld extends Error {}

/** Throws NotHeld with `words` where the promise does not hold. */
export function held(promise: boolean, words: string): asserts promise {
  if (!promise) throw new NotHeld(words);
}

export interface Stage {
  /** A heading. */
  act(title: string): void;
  /** One step: what somebody does, then in one line what was seen. */
  step(what: string, play: () => Promise<string>): Promise<void>;
  /** A step whose result the later ones need: answers it beside the line. */
  make<T>(what: string, play: () => Promise<readonly [T, string]>): Promise<T>;
  readonly steps: () => number;
}

export function createStage(print: (line: string) => void): Stage {
  let count = 0;
  const make = async <T>(what: string, play: () => Promise<readonly [T, string]>): Promise<T> => {
    count += 1;
    const number = String(count).padStart(2);
    try {
      const [made, seen] = await play();
      print(`${number} ✓ ${what}: ${oneLine(seen)}`);
      return made;
    } catch (error) {
      print(`${number} ✗ ${what}: ${oneLine(error instanceof Error ? error.message : String(error))}`);
      throw error;
    }
  };
  return {
    act: (title) => print(`\n${title}`),
    make,
    step: async (what, play) => make(what, async () => [undefined, await play()] as const),
    steps: () => count,
  };
}

/** As much of a text as fits on a line of the terminal beside the rest. */
export function quote(text: string, most = 60): string {
  const plain = oneLine(text);
  return `“${countChars(plain) > most ? `${firstChars(plain, most)}…` : plain}”`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** How often a condition is looked at, ms: far below what the service allows one address a minute. */
const LOOK_MS = 400;

/** Waits until `read` answers something, and answers it; NotHeld with `what` after `withinMs`. */
export async function until<T>(what: string, read: () => Promise<T | undefined>, withinMs = 30_000): Promise<T> {
  const limit = Date.now() + withinMs;
  for (;;) {
    const seen = await read();
    if (seen !== undefined) return seen;
    held(Date.now() < limit, `after ${withinMs / 1_000} s still not: ${what}`);
    await sleep(LOOK_MS);
  }
}
