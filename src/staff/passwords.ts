import { hash, verify } from '@node-rs/argon2';

/** `Algorithm.Argon2id` of the library, which exports it as a const enum that isolated modules cannot read. */
const ARGON2ID = 2;

/** What one hash costs: KiB of memory, passes over it, lanes. */
export interface PasswordCost {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** argon2id with 64 MiB, 3 passes, 4 lanes (OWASP asks for 19 MiB and 2 at least); about 0.1 s on a small server. */
const COST: PasswordCost = { memoryCost: 65_536, timeCost: 3, parallelism: 4 };

/** At once: 128 MiB, and two of the four threads that also write the spool. More wait their turn. */
const AT_ONCE = 2;

export interface Passwords {
  /** The argon2id text of a password. */
  hash(password: string): Promise<string>;
  /** Is it the password of `stored`? Without a stored one it takes as long and says no: usernames cannot be guessed by time. */
  isPassword(stored: string | undefined, password: string): Promise<boolean>;
}

/** `cost` is for tests alone, whose accounts guard nothing. */
export function createPasswords(cost: PasswordCost = COST): Passwords {
  const inTurn = createTurns(AT_ONCE);
  let dummy: Promise<string> | undefined;
  const parameters = { algorithm: ARGON2ID, ...cost };
  const hashed = (password: string): Promise<string> => inTurn(() => hash(password, parameters));
  return {
    hash: hashed,
    isPassword: async (stored, password) => {
      dummy ??= hashed('no account has this password');
      const against = stored ?? (await dummy);
      const right = await inTurn(() => verify(against, password));
      return stored !== undefined && right;
    },
  };
}

function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place is handed on; only where nobody waits does it become free.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
