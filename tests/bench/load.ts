import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { decryptText } from '../../src/sandbox/crypto.ts';
import { ACCOUNT } from './account.ts';
import type { Parcel } from './messages.ts';

export interface Run {
  readonly messages: number;
  readonly seconds: number;
  /** Of each message, sorted, ms; in an open loop from the moment at which it was due. */
  readonly latencies: readonly number[];
  /** What was wrong with replies; empty when all is well. */
  readonly wrong: readonly string[];
}

interface Answered {
  readonly parcel: Parcel;
  readonly status: number;
  readonly body: string;
}

/** `success`, or the text inside the encrypted reply. */
function textIn(body: string): string {
  const encrypted = /<Encrypt><!\[CDATA\[(.*?)\]\]><\/Encrypt>/s.exec(body)?.[1];
  if (encrypted === undefined) return body;
  const xml = decryptText(ACCOUNT.aesKey, ACCOUNT.appId, encrypted) ?? '';
  return /<Content><!\[CDATA\[(.*?)\]\]><\/Content>/s.exec(xml)?.[1] ?? '';
}

function whatIsWrong({ parcel, status, body }: Answered, checks: boolean): string[] {
  if (status !== 200) return [`status ${status}`];
  const text = textIn(body);
  if (!checks) return text === '' ? ['no reply'] : [];
  const good = parcel.expect === null ? text === 'success' : parcel.expect.test(text) && !text.includes('也存好了');
  return good ? [] : [`wanted ${String(parcel.expect)}: ${text.slice(0, 60)}`];
}

function post(agent: Agent, url: string, parcel: Parcel): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url + parcel.path,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(parcel.body) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ parcel, status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(parcel.body);
  });
}

/** Each connection sends its next message when the one before was answered. `checks` = flow steps are looked at. */
export async function closedLoop(url: string, lines: readonly Parcel[][], checks: boolean): Promise<Run> {
  const agent = new Agent({ keepAlive: true, maxSockets: lines.length });
  const answers: Answered[] = [];
  const latencies: number[] = [];
  const begun = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      for (const parcel of line) {
        const sent = performance.now();
        answers.push(await post(agent, url, parcel));
        latencies.push(performance.now() - sent);
      }
    }),
  );
  return finish(agent, begun, { answers, latencies, checks });
}

/** Sends `perSecond`, whatever comes back; what is late counts from when it was due. */
export async function openLoop(url: string, parcels: readonly Parcel[], perSecond: number): Promise<Run> {
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  const answers: Answered[] = [];
  const latencies: number[] = [];
  const begun = performance.now();
  await Promise.all(
    parcels.map(async (parcel, n) => {
      const due = begun + (n * 1_000) / perSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      answers.push(await post(agent, url, parcel));
      latencies.push(performance.now() - due);
    }),
  );
  return finish(agent, begun, { answers, latencies, checks: false });
}

function finish(
  agent: Agent,
  begun: number,
  of: { answers: readonly Answered[]; latencies: number[]; checks: boolean },
): Run {
  const seconds = (performance.now() - begun) / 1_000;
  agent.destroy();
  return {
    messages: of.answers.length,
    seconds,
    latencies: of.latencies.sort((a, b) => a - b),
    wrong: of.answers.flatMap((answer) => whatIsWrong(answer, of.checks)),
  };
}
