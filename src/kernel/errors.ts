/**
 * Expected failures. Every failure that a caller can cause or should act on is an AppError with a code from this
 * closed list; anything else that is thrown is a bug, logged once and answered as `internal`.
 * `zh` says what to do, in words for residents and staff; a call may pass a more exact sentence.
 */
export const ERROR_CODES = {
  invalid_input: { status: 400, zh: '填写的内容不对，请检查后再提交。' },
  not_signed_in: { status: 401, zh: '请先登录。' },
  wrong_credentials: { status: 401, zh: '用户名或密码不对，请重新输入。' },
  bad_signature: { status: 401, zh: '签名不对，请求未被接受。' },
  forbidden: { status: 403, zh: '您的角色不能做这一步，请联系管理员。' },
  bad_csrf: { status: 403, zh: '页面已过期，请刷新后再试。' },
  self_approval: { status: 403, zh: '参与编写或提交的人不能审核，请由另一位分管领导审核。' },
  not_found: { status: 404, zh: '没有找到。' },
  method_not_allowed: { status: 405, zh: '这个地址不能这样用。' },
  wrong_state: { status: 409, zh: '当前状态不能这样做，请刷新后再看。' },
  stale_version: { status: 409, zh: '别人已经改过这一条，请刷新后再改。' },
  hash_mismatch: { status: 409, zh: '内容已经改动，请重新打开后再审核。' },
  already_exists: { status: 409, zh: '已经有了，不能重复。' },
  personal_data_found: { status: 409, zh: '内容里发现个人信息，请先遮盖；确需公开的，请写明依据。' },
  quota_used: { status: 409, zh: '平台的群发次数已用完，请改个时间。' },
  manual_push_needed: { status: 409, zh: '这个公众号没有群发接口权限，请按步骤手工群发。' },
  withdrawn: { status: 410, zh: '这条信息已撤回。' },
  too_large: { status: 413, zh: '内容太大，请减小后再试。' },
  unsupported_type: { status: 415, zh: '不支持这种格式。' },
  too_many_requests: { status: 429, zh: '操作太频繁，请稍后再试。' },
  internal: { status: 500, zh: '系统出了问题，我们已记录，请稍后再试。' },
  content_mismatch: { status: 503, zh: '这条信息正在核对，暂时不能显示，请稍后再看。' },
  store_unavailable: { status: 503, zh: '系统暂时不可用，请稍后再试。' },
  platform_retry: { status: 503, zh: '微信平台暂时繁忙，稍后会自动再试。' },
  platform_refused: { status: 502, zh: '微信平台没有接受，请按提示处理。' },
  platform_unknown: { status: 502, zh: '微信平台没有回应，结果不明，请不要重复操作。' },
} as const satisfies Record<string, { status: number; zh: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface AppErrorOptions {
  /** Chinese sentence for the caller; default is the code's own. */
  message?: string;
  /** Machine-readable facts for the caller (no secrets, nothing personal). */
  details?: unknown;
  /** Seconds until a repeat may work (429). */
  retryAfterSeconds?: number;
  cause?: unknown;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? ERROR_CODES[code].zh, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = ERROR_CODES[code].status;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** True when `error` is an AppError, of that code if one is given. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}
