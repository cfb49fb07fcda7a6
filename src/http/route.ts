import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Action, Role } from '../kernel/index.ts';

/** Who calls: what the shell knows of a signed-in staff member. */
export interface Caller {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly unit: string | null;
}

/**
 * Who may enter a route: everybody, everybody signed in, or the roles that the policy table gives the action.
 * There is no default; a guard test compares the whole table with the design's roles.
 */
export type Allow = 'public' | 'signed-in' | { readonly action: Action };

export interface UploadedFile {
  readonly bytes: Buffer;
  /** The sender's file name: shown to staff, never used as a path. */
  readonly filename: string;
}

/** What a handler gets: everything parsed and checked by the route's own schemas. */
export interface RouteInput<P, Q, B, C = Caller | null> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** On public routes who is signed in, or nobody. */
  readonly caller: C;
  readonly file: UploadedFile | null;
  readonly request: RequestFacts;
}

export interface RequestFacts {
  readonly id: string;
  /** Client address, through the proxy only where TRUST_PROXY says so. For limits; never logged beside a person. */
  readonly ip: string;
  readonly sessionToken: string | null;
  header(name: string): string | undefined;
}

/** An answer that is not JSON: pages, media, feeds. Fields left out get the shell's defaults. */
export class RawAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer | Readable | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(answer: {
    status?: number;
    type: string;
    body: string | Buffer | Readable | null;
    headers?: Readonly<Record<string, string>>;
  }) {
    this.status = answer.status ?? 200;
    this.type = answer.type;
    this.body = answer.body;
    this.headers = answer.headers ?? {};
  }
}

/** A JSON answer that also starts or ends the session cookie. */
export class SessionAnswer {
  readonly body: unknown;
  /** The new cookie, or null to clear it. */
  readonly session: { readonly token: string; readonly expiresAt: Date } | null;

  constructor(body: unknown, session: { token: string; expiresAt: Date } | null) {
    this.body = body;
    this.session = session;
  }
}

export interface RouteSpec<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  A extends Allow = Allow,
> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Full path with koa-router's `:name` parameters, e.g. `/api/v1/articles/:id`. */
  readonly path: string;
  readonly allow: A;
  /**
   * Neither an access line nor a count: what happens here must not be told even by numbers (docs/promises.md#p8).
   * Faults are logged.
   */
  readonly quiet?: true;
  /** One English line for the OpenAPI document. */
  readonly summary: string;
  /** Answered on success; 200 where left out. */
  readonly status?: number;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** A multipart route: one file in field `file`, at most `maxBytes`. */
  readonly upload?: { readonly maxBytes: number };
  /** Shape of the JSON answer, for OpenAPI and the console's types. */
  readonly response?: z.ZodType;
  readonly handler: (
    input: RouteInput<z.output<P>, z.output<Q>, z.output<B>, A extends 'public' ? Caller | null : Caller>,
  ) => Promise<unknown>;
}

/** A route whose schemas' types have been checked against its handler and may now be forgotten. */
export interface Route extends Omit<RouteSpec, 'handler'> {
  readonly handler: (input: RouteInput<unknown, unknown, unknown>) => Promise<unknown>;
}

/**
 * Declares one route. The shell does, in this order: session, CSRF (writes under /api), policy, parsing of params,
 * query and body (unknown fields refused), handler, JSON answer. Handlers throw AppError; they never touch Koa.
 */
export function defineRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, const A extends Allow>(
  spec: RouteSpec<P, Q, B, A>,
): Route {
  return spec as unknown as Route;
}
