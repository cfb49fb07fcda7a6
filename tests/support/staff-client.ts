import { randomBytes } from 'node:crypto';
import type { PasswordCost, StaffApi } from '../../src/staff/index.ts';

/** A signed-in member of staff at the API. Methods answer the body; any status but the wanted one throws. */
export interface StaffClient {
  readonly username: string;
  /** What proves who asks, for requests that are no JSON. */
  readonly headers: Readonly<Record<string, string>>;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  /** Status and body of any request, for what should be refused. */
  request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
}

/** argon2's least: the accounts of tests guard nothing, and production's cost is a tenth of a second each time. */
export const CHEAP: PasswordCost = { memoryCost: 8, timeCost: 1, parallelism: 1 };

const PASSWORD = 'a-long-password-for-tests';

/** Makes an account of that role and signs it in through the API. */
export async function signIn(deps: {
  url: string;
  staff: StaffApi;
  role: string;
  unit: string | null;
}): Promise<StaffClient> {
  const { url, role, unit } = deps;
  const username = `${role}${randomBytes(4).toString('hex')}`;
  const made = { username, password: PASSWORD, name: '示例', role: role as never, unit };
  await deps.staff.create({ kind: 'system', part: 'tests' }, made);
  const signedIn = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: PASSWORD }),
  });
  const { csrfToken } = (await signedIn.json()) as { csrfToken: string };
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const request = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const headers: Record<string, string> = { cookie, 'x-csrf-token': csrfToken };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${url}/api/v1${path}`, { method, headers, ...init });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  const wanted = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  };
  return {
    username,
    headers: { cookie, 'x-csrf-token': csrfToken },
    request,
    get: (path) => wanted('GET', path),
    post: (path, body = {}) => wanted('POST', path, body),
  };
}
