import { hash, verify } from '@node-rs/argon2';

/** `Algorithm.Argon2id` of the library, which exports it as a const enum that isolated modules cannot read. */
const ARGON2ID = 2;

/** argon2id with 64 MiB, 3 passes, 4 lanes (OWASP asks for 19 MiB and 2 at least); about 0.1 s on a small server. */
const PARAMETERS = { algorithm: ARGON2ID, memoryCost: 65_536, timeCost: 3, parallelism: 4 };

/** At once: 128 MiB, and two of the four threads that also write the spool. More wait their turn. */
const AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];
let dummy: Promise<string> | undefined;

/** The argon2id text of a password. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, PARAMETERS));
}

/** Is it the password of `stored`? Without a stored one it takes as long and says no: usernames cannot be guessed by time. */
export async function isPassword(stored: string | undefined, password: string): Promise<boolean> {
  dummy ??= hashPassword('no account has this password');
  const against = stored ?? (await dummy);
  const right = await inTurn(() => verify(against, password));
  return stored !== undefined && right;
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    // The place is handed on; only where nobody waits does it become free.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
