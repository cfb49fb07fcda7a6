import { Refusal } from '../errcodes.ts';
import type { UploadForm } from '../http.ts';
import { type JsonObject, stringAt } from '../json.ts';
import type { Resident } from '../residents.ts';
import type { World } from '../world.ts';

/** One call that has passed token, method, rights and quota. */
export interface ApiCall {
  readonly world: World;
  readonly query: URLSearchParams;
  /** The JSON body; empty for GET and uploads. */
  readonly body: JsonObject;
  readonly form: UploadForm | undefined;
  /** Runs `then` once the answer has left; never when it was dropped or the caller had gone. */
  readonly onAnswered: (then: () => void) => void;
}

interface BinaryAnswer {
  readonly bytes: Buffer;
  readonly mime: string;
  readonly filename: string;
}

/** What an API answers: JSON members (errcode 0 is not added by itself), or a file. */
export type ApiAnswer = { readonly json: JsonObject } | { readonly file: BinaryAnswer };

export interface Api {
  readonly method: 'GET' | 'POST';
  /** False for the calls that fetch a token. */
  readonly needsToken?: boolean;
  /** Which account may call it (docs/wechat-platform.md#rights); others get 48001. */
  readonly right?: 'verified' | 'verified_service';
  readonly upload?: boolean;
  /** Calls a day; the key is shared by the paths of one quota and defaults to the path without `/cgi-bin/`. */
  readonly daily?: { readonly limit: number; readonly key?: string };
  readonly perMinute?: { readonly key: string; readonly limit: number; readonly errcode: number };
  /** Errors come as text/plain, as those of the media download do. */
  readonly plainErrors?: boolean;
  /** Takes a POST without a body. */
  readonly emptyBody?: boolean;
  /** Answers 40033 to `\uXXXX` in the body instead of taking it literally. */
  readonly refusesEscapes?: boolean;
  readonly handle: (call: ApiCall) => ApiAnswer | Promise<ApiAnswer>;
}

/** Full path → API. */
export type ApiTable = Readonly<Record<string, Api>>;

export const json = (members: JsonObject): ApiAnswer => ({ json: members });

/** `{"errcode":0,"errmsg":"ok"}` and more. */
export const ok = (members: JsonObject = {}): ApiAnswer => ({ json: { errcode: 0, errmsg: 'ok', ...members } });

/** The follower with this openid; 40003 for anybody else. */
export function followerOf(world: World, openid: unknown): Resident {
  const resident = typeof openid === 'string' ? world.residents.get(openid) : undefined;
  if (resident === undefined || !resident.following) throw new Refusal(40003);
  return resident;
}

/** A required string; throws Refusal `errcode` where it is missing or empty. */
export function requiredText(from: JsonObject, key: string, errcode: number): string {
  const value = stringAt(from, key);
  if (value === undefined || value === '') throw new Refusal(errcode);
  return value;
}
