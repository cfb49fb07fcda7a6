import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What stays the same from one demo to the next on the same data: without it nothing stored could be read again. */
export interface Kept {
  readonly secretKey: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly token: string;
  readonly aesKey: string;
  /** Of every demo account; the service listens on this machine only. */
  readonly password: string;
  readonly database: string;
  /** Openids of followers of earlier days, whom the database knows: the simulated platform keeps nothing. */
  readonly residents: readonly string[];
}

/** What the demo itself makes in its data folder: `--fresh` removes these and nothing else that may lie there. */
const OURS = ['mongo', 'redis', 'service', 'demo.json', 'demo-keys.json', 'service.log', 'sandbox.log'];
const KEYS = 'demo-keys.json';

export function forget(dataDir: string): void {
  for (const name of OURS) rmSync(join(dataDir, name), { recursive: true, force: true, maxRetries: 3 });
}

/** The kept values, made where there are none yet. */
export function keepKeys(dataDir: string): Kept {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, KEYS);
  // An older demo kept fewer values.
  if (existsSync(file))
    return { residents: [], ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<Kept, 'residents'>) };
  const kept: Kept = {
    secretKey: randomBytes(36).toString('base64'),
    appId: `wx${randomBytes(8).toString('hex')}`,
    appSecret: randomBytes(16).toString('hex'),
    token: randomBytes(12).toString('hex'),
    aesKey: randomBytes(40).toString('hex').slice(0, 43),
    password: `demo-${randomBytes(4).toString('hex')}`,
    database: newDatabaseName(),
    residents: [],
  };
  writeJson(file, kept);
  return kept;
}

/** The same keys with an empty database; the old one stays on the server. */
export function withNewDatabase(dataDir: string, kept: Kept): Kept {
  const next = { ...kept, database: newDatabaseName(), residents: [] };
  writeJson(join(dataDir, KEYS), next);
  return next;
}

export function keepResidents(dataDir: string, kept: Kept, residents: readonly string[]): void {
  writeJson(join(dataDir, KEYS), { ...kept, residents: [...kept.residents, ...residents] });
}

/** Whole or not at all, readable by its owner alone. */
export function writeJson(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function newDatabaseName(): string {
  return `xiangyin_demo_${randomBytes(3).toString('hex')}`;
}
