import { AppError } from '../kernel/index.ts';

/** A WeCom group robot answers within a second; more than this means that it will not. */
const TIMEOUT_MS = 8_000;

/** Tells one text to the group. Throws AppError platform_retry; the address is a secret and appears in no error. */
export type TellGroup = (text: string) => Promise<void>;

/** The group robot behind `url`. Follows no redirect: the address came from the operator and from nobody else. */
export function createGroupRobot(url: string): TellGroup {
  return async (text) => {
    const refused = (why: string): AppError => new AppError('platform_retry', { details: { why } });
    let answer: Response;
    try {
      answer = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ msgtype: 'text', text: { content: text } }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw refused(error instanceof Error ? error.name : 'no answer');
    }
    const body = (await answer.json().catch(() => null)) as { errcode?: unknown } | null;
    // Without an errcode of 0 nobody says that the group has it; telling staff twice harms nobody.
    if (!answer.ok || body?.errcode !== 0) {
      const errcode = typeof body?.errcode === 'number' ? body.errcode : 'none';
      throw refused(`status ${answer.status}, errcode ${errcode}`);
    }
  };
}
