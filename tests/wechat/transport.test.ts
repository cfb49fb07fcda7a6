import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answers, clientFor, rejectionOf, startPlatform } from './support.ts';

const order = {
  audience: { kind: 'tag', tagId: 2 },
  content: { type: 'mpnews', mediaId: 'draft-1' },
  clientMsgId: 'briefing-7-1',
} as const;
const closers: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const close of closers.splice(0)) close();
});

/** A client with a token in hand, against a server that says exactly these bytes to every request. */
async function clientAgainst(respond: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => respond(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { client, lines, tokenStore } = clientFor({ base: `http://127.0.0.1:${port}` });
  await tokenStore.set({ token: 'SECRET-TOKEN', expiresAt: new Date('2030-01-01') });
  return { client, lines };
}

describe('broken answers', () => {
  it.each([
    ['a chunk that is none', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"err\r\nZZZ\r\n'],
    ['half a body', 'Content-Length: 40\r\n\r\n{"errcode":0'],
    ['a body that is compressed', 'Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd'],
  ])('leave the outcome of a mass send unknown and print no token: %s', async (_what, rest) => {
    const printed = (['log', 'info', 'warn', 'error'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => undefined),
    );
    const { client, lines } = await clientAgainst((socket) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`));
    const error = await rejectionOf(client.massSend(order));
    expect([error.code, JSON.stringify([error.details, lines])]).toEqual([
      'platform_unknown',
      expect.not.stringContaining('SECRET-TOKEN'),
    ]);
    expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  it('are not followed to another address', async () => {
    const elsewhere = await startPlatform();
    closers.push(() => void elsewhere.close());
    const { client } = await clientAgainst((socket) =>
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${elsewhere.base}/cgi-bin/tags/get\r\nContent-Length: 0\r\n\r\n`),
    );
    expect((await rejectionOf(client.listTags())).code).toBe('platform_retry');
    expect(elsewhere.seen).toEqual([]);
  });

  it('leave the outcome of a mass send unknown when the errcode is none', async () => {
    const platform = await startPlatform();
    closers.push(() => void platform.close());
    platform.on('/cgi-bin/message/mass/sendall', answers({ errcode: 'E500', errmsg: 'gateway' }));
    const error = await rejectionOf(clientFor(platform).client.massSend(order));
    expect([error.code, error.details]).toEqual([
      'platform_unknown',
      { api: 'mass.send', outcome: 'unknown', reason: 'answer_lost', cause: 'answer_unreadable' },
    ]);
  });
});
