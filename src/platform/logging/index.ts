import pino, { type Logger } from 'pino';
import type { Log, LogFields } from '../../kernel/index.ts';

/** Fields that must never reach a log line, whoever puts them there: a second belt under the rule of P5. */
const FORBIDDEN = ['openid', 'phone', 'text', 'content', 'query', 'url', 'token', 'password', 'cookie', 'secret'];

/** A JSON log on standard output. `destination` is for tests. */
export function createLog(deps: { level: string; role: string; destination?: { write(line: string): void } }): Log {
  const options: pino.LoggerOptions = {
    level: deps.level,
    base: { role: deps.role },
    redact: { paths: [...FORBIDDEN, ...FORBIDDEN.map((field) => `*.${field}`)], censor: '[redacted]' },
    // Described already (below); pino's own serializer would take it for an Error again.
    serializers: { err: (error: unknown) => error },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return wrap(deps.destination ? pino(options, deps.destination) : pino(options));
}

function wrap(logger: Logger): Log {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}): void =>
      logger[level]({ event, ...described(fields) });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(logger.child(described(fields))),
  };
}

/** Before pino sees it: pino copies the words of an Error into the line's own `msg`, past every serializer. */
function described({ err, ...fields }: LogFields): Record<string, unknown> {
  return err === undefined ? fields : { ...fields, err: describeError(err) };
}

/** Anything in an error's message that looks like a person: long digit runs, openids, quoted values of the driver. */
const PERSONAL = /o[A-Za-z0-9_-]{27}|\d{7,}|dup key: \{.*\}/g;

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error).replace(PERSONAL, '…') };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message.replace(PERSONAL, '…').slice(0, 500),
    ...(code === undefined ? {} : { code }),
    // Lines of the stack alone: a message of several lines stands in front of them.
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 11)
      .join('\n'),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
