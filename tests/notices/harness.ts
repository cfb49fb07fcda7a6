import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import mongoose from 'mongoose';
import type { Log } from '../../src/kernel/index.ts';
import { createNotices, type Notices } from '../../src/notices/index.ts';
import { later } from '../support/later.ts';
import { createTransact, type MongoPools, type Transact } from '../../src/platform/mongo/index.ts';

type NoticesDeps = Parameters<typeof createNotices>[0];

export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

/** A clock that stands still until it is moved. */
export function movableClock(start = '2026-03-02T02:00:00Z') {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    move: (ms: number) => {
      now += ms;
    },
    set: (time: string) => {
      now = Date.parse(time);
    },
  };
}

/** A group robot that keeps what it was told and answers as it is asked to. */
export async function groupRobot() {
  const heard: string[] = [];
  const state = { answer: { status: 200, body: '{"errcode":0,"errmsg":"ok"}' }, headers: {} as Record<string, string> };
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { msgtype, text } = JSON.parse(Buffer.concat(chunks).toString()) as {
        msgtype: string;
        text: { content: string };
      };
      if (msgtype === 'text') heard.push(text.content);
      res.writeHead(state.answer.status, state.headers).end(state.answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cgi-bin/webhook/send?key=secret`;
  return { url, heard, state };
}

export interface Process {
  readonly notices: Notices;
  readonly transact: Transact;
  readonly connection: MongoPools['work'];
  run(sweep: string): Promise<number>;
}

/** One process of the service, as far as notices go, with its own connection. */
export async function noticeProcess(
  uri: string,
  over: Partial<NoticesDeps> & Pick<NoticesDeps, 'clock'>,
): Promise<Process> {
  const connection = await mongoose.createConnection(uri, { autoIndex: false, autoCreate: false }).asPromise();
  later(async () => connection.close());
  const transact = createTransact(connection);
  const { api: notices, sweeps } = createNotices({
    connection,
    transact,
    callAfterHours: 24,
    keepDays: 180,
    cutEnd: '……',
    log: SILENT,
    canSend: true,
    sendText: async () => {},
    contactsOf: async () => [],
    flagWaiting: async () => {},
    staffGroup: { url: undefined, publicUrl: 'https://town.example.cn', quiet: NEVER_QUIET, groupSeconds: 60 },
    ...over,
  });
  return {
    notices,
    connection,
    transact,
    run: async (name) => {
      const sweep = sweeps.find((candidate) => candidate.name === name);
      if (!sweep) throw new Error(`no sweep ${name}`);
      return sweep.run();
    },
  };
}

export const NEVER_QUIET = { fromHour: 0, untilHour: 0 };
