/**
 * What each error code of the platform means for the caller: `retry` later, or `never` this way. One table; a code
 * that is not here is `never`, because the platform answered and did not do it. Sources: wechat-protocol §1.2 to §1.5.
 */
export interface ErrcodeMeaning {
  readonly outcome: 'retry' | 'never';
  /** What staff should read and do. */
  readonly zh: string;
}

/** The token was refused although we held it for good. */
export const TOKEN_REFUSED: ReadonlySet<number> = new Set([40001, 40014, 42001]);
export const INVALID_MEDIA_ID = 40007;
export const NO_MENU = 46003;
export const CLIENT_MSG_ID_EXISTS = 45065;
export const NO_RIGHT = 48001;

const retry = (zh: string): ErrcodeMeaning => ({ outcome: 'retry', zh });
const never = (zh: string): ErrcodeMeaning => ({ outcome: 'never', zh });

const ERRCODES: ReadonlyMap<number, ErrcodeMeaning> = new Map([
  [-1, retry('微信平台繁忙，稍后会自动再试。')],
  [40001, retry('微信接口凭证失效，正在重新获取，稍后会自动再试。')],
  [40014, retry('微信接口凭证失效，正在重新获取，稍后会自动再试。')],
  [41001, retry('微信接口凭证缺失，稍后会自动再试。')],
  [42001, retry('微信接口凭证过期，正在重新获取，稍后会自动再试。')],
  [42010, retry('群发太快，微信要求稍后再试。')],
  [45009, retry('微信接口当天的调用次数已用完，明天会自动再试。')],
  [45011, retry('微信接口调用太频繁，稍后会自动再试。')],
  [45066, retry('同一次群发重试太快，一分钟后会自动再试。')],
  [9500002, retry('微信群发任务太多，稍后会自动再试。')],

  [40002, never('微信接口凭证类型不对，请联系管理员。')],
  [40003, never('对方没有关注公众号，或者已经取消关注。')],
  [40004, never('微信不支持这种素材，请换一张 jpg 或 png 图片。')],
  [40005, never('微信不支持这种文件，请换一张 jpg 或 png 图片。')],
  [40006, never('文件大小不符合微信的要求，请减小后再传。')],
  [40007, never('素材或草稿已不存在，请重新生成。')],
  [40009, never('图片大小不符合微信的要求，请减小后再传。')],
  [40013, never('公众号 AppID 不对，请管理员检查配置。')],
  [40016, never('菜单按钮数量不对：一级最多 3 个，二级最多 5 个。')],
  [40017, never('菜单按钮类型不对，请检查菜单配置。')],
  [40018, never('菜单名称长度不对，请检查菜单配置。')],
  [40023, never('子菜单按钮数量不对：最多 5 个。')],
  [40032, never('一次最多给 50 位群众设置标签。')],
  [40054, never('子菜单的链接不对，请检查菜单配置。')],
  [40055, never('菜单的链接不对，请检查菜单配置。')],
  [40059, never('没有这次群发的记录。')],
  [40125, never('公众号 AppSecret 不对，请管理员检查配置。')],
  [40130, never('群发名单至少要有两位关注者。')],
  [40164, never('服务器地址不在公众号的 IP 白名单里，请管理员在公众平台添加。')],
  [41004, never('缺少公众号 AppSecret，请管理员检查配置。')],
  [43004, never('对方没有关注公众号。')],
  [44003, never('图文内容为空，请补充后再试。')],
  [45002, never('内容太长，请缩短后再试。')],
  [45015, never('对方超过 48 小时没有联系公众号，不能主动发消息。')],
  [45028, never('群发次数已用完，请改个时间。')],
  [45047, never('给对方主动发消息的条数已用完，等对方再次联系后才能发。')],
  [45056, never('标签数量已到上限（100 个），请先删除不用的。')],
  [45057, never('这个标签下的关注者太多，不能删除。')],
  [45058, never('这是微信保留的标签，不能修改。')],
  [45065, never('这次群发平台已经接受过。')],
  [45067, never('群发编号太长。')],
  [45106, never('微信已停用这个接口。')],
  [45157, never('标签名重复或不合规，请换一个。')],
  [45158, never('标签名太长，最多 30 个字节。')],
  [45159, never('标签不存在，请重新同步标签。')],
  [45166, never('图文内容不符合微信的要求，请检查正文。')],
  [46003, never('公众号还没有菜单。')],
  [47001, never('微信不认识提交的内容，请联系管理员。')],
  [48001, never('这个公众号没有该接口的权限，请检查公众号类型和认证。')],
  [48004, never('公众号因违规被停用该接口，请登录公众平台查看。')],
  [48008, never('这个公众号不能群发这种消息，请检查公众号类型和认证。')],
  [50002, never('公众号被限制使用，请登录公众平台查看。')],
]);

/** The meaning of `errcode`; unknown codes are refusals. */
export function meaningOf(errcode: number): ErrcodeMeaning {
  return ERRCODES.get(errcode) ?? never(`微信平台没有接受（错误码 ${errcode}），请按提示处理。`);
}
