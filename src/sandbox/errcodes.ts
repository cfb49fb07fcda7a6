/**
 * The platform's refusals. Texts are the platform's own words as developers quote them; a code whose text is not
 * known for certain has the text of the platform's older tables.
 */
const ERRMSG: Readonly<Record<number, string>> = {
  [-1]: 'system error',
  40001:
    'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40004: 'invalid media type',
  40005: 'invalid file type',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40009: 'invalid image size',
  40010: 'invalid voice size',
  40011: 'invalid video size',
  40012: 'invalid thumb size',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40016: 'invalid button size',
  40017: 'invalid button type',
  40018: 'invalid button name size',
  40019: 'invalid button key size',
  40020: 'invalid button url size',
  40023: 'invalid sub button size',
  40024: 'invalid sub button type',
  40025: 'invalid sub button name size',
  40026: 'invalid sub button key size',
  40027: 'invalid sub button url size',
  40032: 'invalid openid list size',
  40033: 'invalid charset. please check your request, if include \\uxxxx will create fail!',
  40035: 'invalid parameter',
  40037: 'invalid template_id',
  40052: 'invalid action name',
  40053: 'invalid action info',
  40054: 'invalid sub button url domain',
  40055: 'invalid button url domain',
  40059: 'invalid msg id',
  40060: 'invalid article idx',
  40097: 'invalid args',
  40113: 'unsupported file type',
  40114: 'invalid index value',
  40125: 'invalid appsecret',
  40130: 'invalid openid list size, at least two openid',
  40132: 'invalid username',
  40227: 'empty title',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41005: 'media data missing',
  41006: 'media_id missing',
  42001: 'access_token expired',
  42010: 'masssend fast, retry again',
  43001: 'require GET method',
  43002: 'require POST method',
  43004: 'require subscribe',
  44002: 'empty post data',
  44003: 'empty news data',
  44004: 'empty content',
  45002: 'content size out of limit',
  45003: 'title size out of limit',
  45004: 'description size out of limit',
  45005: 'url size out of limit',
  45008: 'article size out of limit',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45015: 'response out of time limit or subscription is canceled',
  45028: 'has no masssend quota',
  45047: 'out of response count limit',
  45056: 'too many tag now, no need to add new',
  45057: "can't modify the tag fan count more than 10w",
  45058: "can't modify sys tag",
  45059: 'tag limit out of user',
  45065: 'clientmsgid exist',
  45066: 'same clientmsgid retry too fast',
  45067: 'clientmsgid size out of limit',
  45083: 'invalid speed',
  45084: 'speed missing',
  45106: 'This API has been unsupported',
  45110: 'author size out of limit',
  45157: 'invalid tag name',
  45158: 'tag name too long',
  45159: 'invalid tag id',
  45166: 'invalid content',
  46003: 'menu no exist',
  47001: 'data format error',
  47003: 'argument invalid!',
  48001: 'api unauthorized',
  48006: 'forbid to clear quota because of reaching the limit',
  48008: 'no permission for this msgtype',
  53600: 'invalid article id',
  9500002: 'masssend task too much, system busy, please try later',
};

/** What the platform writes as `errmsg` for a code; `errcode N` for one that this table does not hold. */
export function errmsgOf(errcode: number): string {
  return ERRMSG[errcode] ?? `errcode ${errcode}`;
}

/** Thrown by an API handler: the platform answers HTTP 200 with this errcode and does nothing. */
export class Refusal extends Error {
  readonly errcode: number;
  /** Members beside errcode and errmsg, such as the old `msg_id` of 45065. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(errcode: number, extra: Readonly<Record<string, unknown>> = {}) {
    super(errmsgOf(errcode));
    this.name = 'Refusal';
    this.errcode = errcode;
    this.extra = extra;
  }
}
