import type { FaultRequest } from './contract.ts';

interface Faults {
  add(fault: FaultRequest): void;
  /** The first fault for this path, counted down. */
  take(path: string): FaultRequest | undefined;
  list(): readonly FaultRequest[];
  clear(): void;
}

function matches(pattern: string, path: string): boolean {
  const full = pattern.startsWith('/') || pattern === '*' ? pattern : `/cgi-bin/${pattern}`;
  return full.endsWith('*') ? path.startsWith(full.slice(0, -1)) : full === path;
}

export function createFaults(): Faults {
  let waiting: { fault: FaultRequest; left: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    take(path) {
      const found = waiting.find(({ fault }) => matches(fault.path, path));
      if (found === undefined) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting = waiting.filter((entry) => entry !== found);
      return found.fault;
    },
    list: () => waiting.map(({ fault, left }) => ({ ...fault, times: left })),
    clear() {
      waiting = [];
    },
  };
}
