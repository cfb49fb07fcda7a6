import { held } from './stage.ts';

/** The API's answer, good or bad. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  /** Of the closed list where the API refused; else an empty string. */
  readonly code: string;
  /** What the API says to a person where it refused. */
  readonly message: string;
}

/** A member of staff at the console's interface. */
export interface Clerk {
  readonly username: string;
  /** Any answer, also a refusal. */
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  /** Only a good answer; else NotHeld with the refusal. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  upload(file: { name: string; bytes: Uint8Array; type: string }): Promise<{ id: string; url: string }>;
}

/** Logs in as the browser does: cookie and CSRF token. Null where name or password are wrong. */
export async function logIn(web: string, username: string, password: string): Promise<Clerk | null> {
  const response = await fetch(`${web}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  if (response.status === 401) return null;
  held(response.ok, `log-in of ${username} is answered ${response.status}`);
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  return clerkOf(web, username, { cookie, 'x-csrf-token': csrfToken });
}

function clerkOf(web: string, username: string, headers: Readonly<Record<string, string>>): Clerk {
  const send = async <T>(method: string, path: string, given?: string | FormData): Promise<Answer<T>> => {
    const type = typeof given === 'string' ? { 'content-type': 'application/json' } : {};
    const init = { method, headers: { ...headers, ...type }, ...(given === undefined ? {} : { body: given }) };
    const response = await fetch(`${web}/api/v1${path}`, init);
    const text = await response.text();
    const body = (text === '' ? {} : JSON.parse(text)) as T & { error?: { code: string; message: string } };
    return { status: response.status, body, code: body.error?.code ?? '', message: body.error?.message ?? '' };
  };
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<Answer<T>> =>
    send<T>(method, path, body === undefined ? undefined : JSON.stringify(body));
  const good = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await ask<T>(method, path, body);
    held(answer.code === '' && answer.status < 300, refusal(username, method, path, answer));
    return answer.body;
  };
  return {
    username,
    ask,
    get: async (path) => good('GET', path),
    post: async (path, body = {}) => good('POST', path, body),
    patch: async (path, body) => good('PATCH', path, body),
    upload: async ({ name, bytes, type }) => {
      const form = new FormData();
      form.set('file', new Blob([Uint8Array.from(bytes)], { type }), name);
      const answer = await send<{ id: string; url: string }>('POST', '/media', form);
      held(answer.status === 201, refusal(username, 'POST', '/media', answer));
      return answer.body;
    },
  };
}

function refusal(username: string, method: string, path: string, { status, code, message }: Answer<unknown>): string {
  return `${username}: ${method} ${path} is answered ${status} ${code} ${message}`;
}
