import { Agent, request, type ClientRequest } from 'node:http';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { startService, type RunningService } from '../../src/app/start.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { environment, ownConfig, temporaryFolder } from '../support/office.ts';
import { testDatabase } from '../support/stores.ts';

const { uri } = testDatabase();
const CONFIG_DIR = ownConfig();
const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());

async function start(): Promise<{ service: RunningService; url: string; lines: string[] }> {
  const lines: string[] = [];
  const config = loadConfig(environment({ MONGODB_URI: uri, DATA_DIR: temporaryFolder(), CONFIG_DIR }));
  const log = createLog({ level: 'info', role: 'test', destination: { write: (line) => void lines.push(line) } });
  const service = await startService({ config, log, consoleDir: '/nowhere' });
  const url = `http://127.0.0.1:${service.port}`;
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 20_000 }).toBe(200);
  return { service, url, lines };
}

/** A login whose body is only half there, once the service has begun with it. */
async function halfRequest(url: string): Promise<{ sent: ClientRequest; finish: () => Promise<number | undefined> }> {
  const body = JSON.stringify({ username: 'nobody', password: 'nothing' });
  const sent = request(`${url}/api/v1/session`, {
    method: 'POST',
    agent,
    headers: { 'Content-Type': 'application/json', 'Content-Length': body.length, Expect: '100-continue' },
  });
  sent.flushHeaders();
  await once(sent, 'continue');
  sent.write(body.slice(0, 10));
  return {
    sent,
    finish: async () => {
      sent.end(body.slice(10));
      const [answer] = (await once(sent, 'response')) as [{ statusCode?: number; resume(): void }];
      answer.resume();
      return answer.statusCode;
    },
  };
}

describe('shutdown', { timeout: 60_000 }, () => {
  it('answers what is under way, takes nothing new, closes kept connections, then leaves the stores', async () => {
    const { service, url, lines } = await start();
    // A kept connection that nobody uses.
    await new Promise((resolve) =>
      request(`${url}/healthz`, { agent }, (answer) => answer.resume().on('end', resolve)).end(),
    );
    const slow = await halfRequest(url);
    let stopped: boolean | undefined;
    const stopping = service.stop().then((clean) => (stopped = clean));
    await expect
      .poll(() =>
        fetch(`${url}/healthz`).then(
          () => 'answered',
          () => 'refused',
        ),
      )
      .toBe('refused');
    expect(stopped).toBeUndefined();
    expect(service.app.mongo.ready()).toBe(true);
    expect(await slow.finish()).toBe(401);
    await stopping;
    expect(stopped).toBe(true);
    expect(service.app.mongo.ready()).toBe(false);
    expect(lines.at(-1)).toContain('"event":"service.stopped","clean":true');
  });

  it('cuts off what does not end in time, and says so', async () => {
    const { service, url, lines } = await start();
    const { sent } = await halfRequest(url);
    const cut = once(sent, 'error');
    expect(await service.stop(1_200)).toBe(false);
    expect((await cut)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(lines.some((line) => line.includes('service.stop_forced'))).toBe(true);
  });
});
