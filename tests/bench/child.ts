import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a benchmarked process is told at its start, as JSON in its first argument. */
export interface ChildOptions {
  readonly mongo: string;
  readonly redis: string | null;
  readonly dataDir: string;
  /** Where a package lies that the project itself does not use. */
  readonly modules?: string;
}

export interface Usage {
  /** CPU seconds of this process since its start. */
  readonly cpu: number;
  readonly rssMb: number;
}

const usage = (): Usage => {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1e6, rssMb: process.memoryUsage().rss / 1e6 };
};

/** Says where this process listens, and what it has used whenever it is asked. Ends with its parent. */
export function reportTo(parent: NodeJS.Process, port: number): void {
  parent.on('message', (id) => parent.send?.({ id, usage: usage() }));
  parent.on('disconnect', () => parent.exit(0));
  parent.send?.({ port });
}

/** A bare server around `make`. */
export async function serveChild(make: (options: ChildOptions) => Promise<unknown>): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
  const handle = (await make(options)) as RequestListener;
  const server = createServer(handle);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => reportTo(process, (server.address() as AddressInfo).port));
}
