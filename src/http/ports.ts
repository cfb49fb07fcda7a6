/** What the shell needs of the limiter: one point for an address. */
export interface AddressLimiter {
  take(kind: 'ip', key: string): Promise<{ ok: true } | { ok: false; retryAfterSeconds: number }>;
}

/** What the shell counts. Labels are closed sets: never a path, an address or a person. */
export interface ShellMetrics {
  readonly httpRequests: { inc(labels: { method: string; route: string; status: string }): void };
  readonly httpSeconds: { observe(labels: { method: string; route: string }, seconds: number): void };
  expose(): Promise<{ type: string; body: string }>;
}
