/**
 * What any part may log. `event` is a stable name to select by; fields hold no openid, phone, message text or query
 * string (docs/promises.md#p5).
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  child(fields: LogFields): Log;
}

export interface LogFields {
  readonly err?: unknown;
  readonly [field: string]: unknown;
}
