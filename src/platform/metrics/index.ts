import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The service's figures for Prometheus. Labels are closed sets: never a person, a ticket or a free text. */
export interface Metrics {
  readonly httpRequests: Counter<'method' | 'route' | 'status'>;
  readonly httpSeconds: Histogram<'method' | 'route'>;
  readonly wechatCalls: Histogram<'api' | 'outcome'>;
  readonly inbound: Counter<'type' | 'outcome'>;
  /** Things that somebody must look at, e.g. `content_mismatch`, `spool`. */
  readonly alarms: Counter<'kind'>;
  /** A figure read at the moment of scraping. */
  gauge(name: string, help: string, read: () => Promise<number> | number): void;
  expose(): Promise<{ type: string; body: string }>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    httpRequests: new Counter({
      name: 'xiangyin_http_requests_total',
      help: 'Requests by method, route pattern and status',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'xiangyin_http_seconds',
      help: 'Seconds a request took, by route pattern',
      labelNames: ['method', 'route'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 5],
      registers,
    }),
    wechatCalls: new Histogram({
      name: 'xiangyin_wechat_call_seconds',
      help: 'Seconds a call of the platform took, by api and outcome',
      labelNames: ['api', 'outcome'],
      buckets: [0.05, 0.2, 0.5, 1, 5, 20, 60],
      registers,
    }),
    inbound: new Counter({
      name: 'xiangyin_inbound_total',
      help: 'Inbound messages by type and what became of the request',
      labelNames: ['type', 'outcome'],
      registers,
    }),
    alarms: new Counter({
      name: 'xiangyin_alarms_total',
      help: 'Things that somebody must look at',
      labelNames: ['kind'],
      registers,
    }),
    gauge: (name, help, read) => {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers,
        collect: async () => gauge.set(await read()),
      });
    },
    expose: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
}
