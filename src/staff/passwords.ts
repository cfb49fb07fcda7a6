import { hash, verify } from '@node-rs/argon2';

/** argon2id (the library's default algorithm) with 64 MiB, 3 passes, 4 lanes; about 0.1 s on a small server. */
const PARAMETERS = { memoryCost: 65_536, timeCost: 3, parallelism: 4 };

let dummy: Promise<string> | undefined;

/** The argon2id text of a password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, PARAMETERS);
}

/** Is it the password of `stored`? Without a stored one it takes as long and says no: usernames cannot be guessed by time. */
export async function isPassword(stored: string | undefined, password: string): Promise<boolean> {
  dummy ??= hashPassword('no account has this password');
  const right = await verify(stored ?? (await dummy), password);
  return stored !== undefined && right;
}
