/** A cause, on our side, for which the platform refuses calls: told to staff once, and over when it works again. */
export interface Stoppage {
  /** What is refused and why; the same cause is the same stoppage, however much work waits for it. */
  readonly key: string;
  /** Our name of the call. */
  readonly api: string;
  /** What staff should read and do. */
  readonly words: string;
}

/** What one process last heard from the platform about one call. */
export interface CallState {
  readonly api: string;
  readonly at: Date;
  /** Null = the platform lets us. */
  readonly stopped: { readonly words: string; readonly errcode: number | undefined } | null;
}

/** What waits while a call is refused, by the beginning of its name. */
const WAITS: readonly (readonly [string, string])[] = [
  ['custom.', '主动发给群众的消息'],
  ['media.get', '群众发来的语音、照片和视频'],
  ['media.', '推送的图片'],
  ['material.', '推送的封面'],
  ['draft.', '推送的草稿'],
  ['mass.preview', '推送的预览'],
  ['mass.', '推送'],
  ['tags.', '按村、按话题的标签'],
  ['followers', '关注者名单'],
  ['menu.', '菜单'],
  ['qrcode.', '二维码'],
];

/** The stoppage of a call that our own settings or rights stop. */
export function stoppageOf({ api, stopped }: CallState): Stoppage | null {
  if (stopped === null) return null;
  return { key: `${api}:${stopped.errcode ?? 'none'}`, api, words: stopped.words };
}

/** In words for the health page: what waits, and what to do. */
export function stoppageWords({ api, words }: Stoppage): string {
  if (api === 'token') return `取不到微信接口凭证，推送和主动告知都发不出：${words}`;
  const waits = WAITS.find(([start]) => api.startsWith(start))?.[1] ?? '一项微信接口';
  return `微信平台不让办（${waits}）：${words}办好后会自动继续。`;
}
