import type { PlatformReason } from './reasons.ts';

/**
 * What each error number of the platform means: why (a reason of the closed set, by which code decides) and what staff
 * should read and do. A number that is not here is a refusal, because the platform answered and did not do it.
 * Sources: docs/wechat-platform.md#errors.
 */
export interface ErrcodeMeaning {
  readonly reason: PlatformReason;
  readonly zh: string;
}

/** The token was refused although we held it for good. */
export const TOKEN_REFUSED: ReadonlySet<number> = new Set([40001, 40014, 42001]);
export const INVALID_MEDIA_ID = 40007;
export const NO_MENU = 46003;
export const CLIENT_MSG_ID_EXISTS = 45065;
export const NOT_ON_LIST = 40164;
/** Our own answer, before the platform is asked. */
export const ACCOUNT_CANNOT = '这个公众号没有该接口的权限，请检查公众号类型和认证。';

const ADMIN = '请管理员';
const PUBLIC_PLATFORM = '登录微信公众平台';

const ERRCODES: ReadonlyMap<number, readonly [PlatformReason, string]> = new Map([
  // Later, by itself.
  [-1, ['platform_fault', '微信平台繁忙，稍后会自动再试。']],
  [40001, ['token_renewing', '微信接口凭证失效，正在重新获取，稍后会自动再试。']],
  [40014, ['token_renewing', '微信接口凭证失效，正在重新获取，稍后会自动再试。']],
  [41001, ['token_renewing', '微信接口凭证缺失，稍后会自动再试。']],
  [42001, ['token_renewing', '微信接口凭证过期，正在重新获取，稍后会自动再试。']],
  [42007, ['token_renewing', '微信接口凭证失效，正在重新获取，稍后会自动再试。']],
  [42010, ['minute_full', '群发太快，稍后会自动再试。']],
  [45009, ['day_full', '微信接口当天的调用次数已用完，明天会自动再试。']],
  [45011, ['minute_full', '微信接口调用太频繁，稍后会自动再试。']],
  [45066, ['in_work', '同一次群发重试太快，一分钟后会自动再试。']],
  [53501, ['minute_full', '发布太频繁，稍后会自动再试。']],
  [9500002, ['busy', '微信群发任务太多，稍后会自动再试。']],

  // Ours: the platform does not let this server in.
  [40002, ['not_let_in', `微信不认识取凭证的方式，${ADMIN}联系技术人员。`]],
  [40013, ['not_let_in', `公众号 AppID 不对，${ADMIN}检查配置里的 WECHAT_APP_ID。`]],
  [40125, ['not_let_in', `公众号 AppSecret 不对（可能被重置过），${ADMIN}检查配置里的 WECHAT_APP_SECRET。`]],
  [40164, ['not_let_in', `服务器地址不在公众号的 IP 白名单里，${ADMIN}${PUBLIC_PLATFORM}，在“基本配置”里添加。`]],
  [40243, ['not_let_in', `公众号 AppSecret 被冻结，${ADMIN}${PUBLIC_PLATFORM}，在“基本配置”里解冻。`]],
  [41002, ['not_let_in', `缺少公众号 AppID，${ADMIN}检查配置里的 WECHAT_APP_ID。`]],
  [41004, ['not_let_in', `缺少公众号 AppSecret，${ADMIN}检查配置里的 WECHAT_APP_SECRET。`]],
  [61004, ['not_let_in', `服务器地址没有在微信登记，${ADMIN}${PUBLIC_PLATFORM}，在“基本配置”的 IP 白名单里添加。`]],
  [89501, ['not_let_in', '服务器地址正等公众号管理员确认，请管理员在手机微信上点确认。']],
  [89503, ['not_let_in', '服务器地址第一次调用微信接口，请公众号管理员在手机微信上点确认。']],
  [89506, ['not_let_in', '公众号管理员两次拒绝了这台服务器，24小时内不能用；请和管理员说好，到时在手机微信上点确认。']],
  [89507, ['not_let_in', '公众号管理员拒绝了这台服务器，1小时内不能用；请和管理员说好，到时在手机微信上点确认。']],

  // Ours: a right that the account lacks or lost.
  [
    48001,
    [
      'right_missing',
      `公众号没有这个接口的权限，${ADMIN}${PUBLIC_PLATFORM}，查看认证是否到期、“接口权限”里是否已获得。`,
    ],
  ],
  [48003, ['right_missing', `还没有同意群发协议，${ADMIN}${PUBLIC_PLATFORM}，打开“群发”页同意协议。`]],
  [50001, ['right_missing', `公众号没有授权这个接口，${ADMIN}${PUBLIC_PLATFORM}，查看“接口权限”。`]],
  [61007, ['right_missing', `公众号没有授权这个接口，${ADMIN}${PUBLIC_PLATFORM}，查看“接口权限”。`]],
  [48004, ['account_barred', `公众号的这个接口因违规被停用，${ADMIN}${PUBLIC_PLATFORM}，查看通知并申诉。`]],
  [50002, ['account_barred', `公众号被限制使用，${ADMIN}${PUBLIC_PLATFORM}，查看通知并申诉。`]],
  [50004, ['account_barred', `公众号被禁止使用这个接口，${ADMIN}${PUBLIC_PLATFORM}，查看通知并申诉。`]],
  [50007, ['account_barred', `公众号已被冻结，${ADMIN}${PUBLIC_PLATFORM}，按提示解冻。`]],
  [53500, ['account_barred', `公众号的发布功能被封禁，${ADMIN}${PUBLIC_PLATFORM}，查看通知并申诉。`]],

  // The resident's.
  [40003, ['not_following', '对方没有关注公众号，或者已经取消关注。']],
  [43004, ['not_following', '对方没有关注公众号。']],
  [43005, ['not_following', '对方不是公众号的好友，要等对方关注后再发。']],
  [43019, ['declined', '对方在黑名单里，请先在公众平台移出。']],
  [48002, ['declined', '对方关闭了接收公众号消息，要等对方打开后再发。']],
  [45015, ['window_closed', '对方超过48小时没有联系公众号，不能主动发消息。']],
  [45047, ['messages_used_up', '给对方主动发消息的条数已用完，等对方再次联系后才能发。']],

  // Texts and pictures of ours that staff can change.
  [40004, ['content', '微信不支持这种素材，请换一张 jpg 或 png 图片。']],
  [40005, ['content', '微信不支持这种文件，请换一张 jpg 或 png 图片。']],
  [40006, ['content', '文件大小不符合微信的要求，请减小后再传。']],
  [40009, ['content', '图片太大，微信不收，请减小后再传。']],
  [40010, ['content', '语音太大，微信不收，请缩短后再传。']],
  [40011, ['content', '视频太大，微信不收，请缩短后再传。']],
  [40012, ['content', '封面缩略图太大，请换一张小于64KB的图片。']],
  [40039, ['content', '链接太长，请换短一些的链接。']],
  [40113, ['content', '微信不支持这种文件，请换一张 jpg 或 png 图片。']],
  [40114, ['content', '图文的序号不对，请重新生成草稿。']],
  [40137, ['content', '图片格式微信不支持，请换一张 jpg 或 png 图片。']],
  [40227, ['content', '标题是空的，请写上标题。']],
  [41005, ['content', '图片没有传上去，请重新传。']],
  [41006, ['content', '缺少封面或素材，请重新选封面。']],
  [41030, ['content', '链接的页面不存在，请检查链接。']],
  [44002, ['content', '提交的内容是空的，请补充后再试。']],
  [44003, ['content', '图文内容是空的，请补充后再试。']],
  [44004, ['content', '文字内容是空的，请补充后再试。']],
  [45001, ['content', '文件太大，微信不收，请减小后再传。']],
  [45002, ['content', '正文太长（微信最多2万字、1MB），请缩短或分成两篇。']],
  [45003, ['content', '标题太长，请改短（微信最多32字，最好不超过20字）。']],
  [45004, ['content', '摘要太长，请改短（微信最多120字）。']],
  [45005, ['content', '链接太长，请换短一些的链接。']],
  [45006, ['content', '图片链接太长，请换短一些的链接。']],
  [45007, ['content', '语音太长，微信最多60秒，请缩短后再传。']],
  [45008, ['content', '一次最多8篇图文，请减少几篇。']],
  [45062, ['content', '图片太多，请减少几张。']],
  [45064, ['content', '里面有没关联到公众号的小程序，请去掉小程序，或请管理员先在公众平台关联。']],
  [45110, ['content', '作者名太长，请改短（微信最多16字）。']],
  [45166, ['content', '正文里有微信不接受的内容（常见的是外部链接或空正文），请去掉后再试。']],
  [53404, ['content', '公众号不能带货，请去掉正文里的商品。']],
  [53405, ['content', '正文里的商品信息不对，请去掉。']],
  [53406, ['content', '请先开通公众号的带货能力，或去掉正文里的商品。']],
  [87009, ['content', '签名不对，请联系管理员。']],
  [87014, ['content', '内容没有通过微信的安全检查，可能含有敏感词，请修改文字后再试。']],
  [87015, ['content', '图片没有通过微信的安全检查，请换一张图片。']],

  // Pushes.
  [40059, ['no_such_push', '没有这次群发的记录。']],
  [40060, ['refused', '这次群发里没有这一篇。']],
  [40130, ['refused', '群发名单至少要有两位关注者。']],
  [40132, ['refused', '没有这个微信号，请检查预览人的微信号。']],
  [45028, ['no_push_left', '群发次数已用完，请改个时间。']],
  [45065, ['refused', '这次群发平台已经接受过。']],
  [45067, ['refused', '群发编号太长，请联系技术人员。']],
  [45083, ['refused', '群发速度的设置不对，请联系技术人员。']],
  [45084, ['refused', '没有设置群发速度，请联系技术人员。']],
  [45085, ['refused', '同一内容一分钟内不能重复群发，请稍后再试。']],
  [48008, ['type_not_allowed', '这个公众号不能群发这种消息，请检查公众号类型和认证。']],

  // Drafts and material.
  [40007, ['gone', '素材或草稿已不存在，请重新生成。']],
  [40008, ['refused', '微信不支持这种消息类型，请联系技术人员。']],
  [45021, ['refused', '草稿箱或素材库已满，请到公众平台删除不用的。']],
  [45105, ['refused', '永久素材已到上限，请到公众平台删除不用的。']],
  [45106, ['refused', '微信已停用这个接口，请联系技术人员。']],
  [48005, ['refused', '这份素材被菜单或自动回复用着，请先在菜单里去掉。']],

  // Menu.
  [40015, ['refused', '菜单类型不对，请检查菜单。']],
  [40016, ['refused', '菜单按钮数量不对，请改成一级最多 3 个、二级最多 5 个。']],
  [40017, ['refused', '菜单按钮类型不对，请检查菜单。']],
  [40018, ['refused', '菜单名称长度不对：一级最多5个字，请改短。']],
  [40019, ['refused', '菜单按钮的编号太长，请联系技术人员。']],
  [40020, ['refused', '菜单链接太长，请换短一些的链接。']],
  [40023, ['refused', '子菜单按钮数量不对，请改成最多 5 个。']],
  [40024, ['refused', '子菜单按钮类型不对，请检查菜单。']],
  [40025, ['refused', '子菜单名称长度不对：最多20个字，请改短。']],
  [40026, ['refused', '子菜单按钮的编号太长，请联系技术人员。']],
  [40027, ['refused', '子菜单链接太长，请换短一些的链接。']],
  [40033, ['refused', '菜单里有微信不认识的字符，请去掉特殊符号。']],
  [40054, ['refused', '子菜单的链接不对，请检查是否完整、是否 https。']],
  [40055, ['refused', '菜单的链接不对，请检查是否完整、是否 https。']],
  [40119, ['refused', '菜单按钮类型不对，请检查菜单。']],
  [40120, ['refused', '子菜单按钮类型不对，请检查菜单。']],
  [40166, ['refused', '菜单里的小程序 AppID 不对，请检查。']],
  [40165, ['refused', '菜单里的小程序页面不对，请检查。']],
  [45010, ['refused', '菜单格式不对，请检查菜单。']],
  [46002, ['refused', '菜单版本不对，请重新发布菜单。']],
  [46003, ['refused', '公众号还没有菜单。']],
  [85005, ['refused', '菜单里的小程序没有关联到公众号，请管理员先在公众平台关联。']],

  // Tags and followers.
  [40031, ['refused', '群众名单不对，请重新同步。']],
  [40032, ['refused', '一次最多给 50 位群众设置标签。']],
  [45056, ['refused', '标签数量已到上限（100 个），请先删除不用的。']],
  [45057, ['refused', '这个标签下的关注者太多，不能删除。']],
  [45058, ['refused', '这是微信保留的标签，不能修改。']],
  [45059, ['refused', '有群众的标签已到上限（20 个），请到公众平台去掉不用的标签。']],
  [45157, ['refused', '标签名重复或不合规，请换一个。']],
  [45158, ['refused', '标签名太长，最多 30 个字节。']],
  [45159, ['refused', '标签不存在，请重新同步标签。']],
  [49003, ['refused', '这位群众不是这个公众号的，请重新同步。']],

  // QR codes, and what only a mistake of the program brings.
  [40035, ['refused', '微信不认识提交的内容，请联系技术人员。']],
  [40051, ['refused', '二维码的参数不对，请联系技术人员。']],
  [40052, ['refused', '二维码的参数不对，请联系技术人员。']],
  [40053, ['refused', '二维码的参数不对，请联系技术人员。']],
  [40066, ['refused', '微信没有这个接口，请联系技术人员。']],
  [40097, ['refused', '微信不认识提交的参数，请联系技术人员。']],
  [43001, ['refused', '调用微信接口的方式不对，请联系技术人员。']],
  [43002, ['refused', '调用微信接口的方式不对，请联系技术人员。']],
  [43003, ['refused', '微信要求用 https，请管理员检查配置里的接口地址。']],
  [45029, ['refused', '二维码数量已到上限，请联系技术人员。']],
  [47001, ['refused', '微信不认识提交的内容，请联系技术人员。']],
  [47003, ['refused', '微信不认识提交的参数，请联系技术人员。']],
  [48006, ['refused', '清零次数已用完，请等下个月。']],
]);

/** Every number that has words of its own. */
export const KNOWN_ERRCODES: readonly number[] = [...ERRCODES.keys()];

/**
 * The meaning of `errcode` as an answer to our call `api`. Without a token nothing goes, and why the platform refuses
 * one can only be ours: an unknown number there is no word about any resident's thing.
 */
export function meaningOf(api: string, errcode: number): ErrcodeMeaning {
  // Asked for a token, the platform means the secret by the number that elsewhere means an old token.
  const known = ERRCODES.get(api === 'token' && errcode === 40001 ? 40125 : errcode);
  if (api === 'token' && (known === undefined || !MAY_PASS.has(known[0]))) {
    const why = known?.[1] ?? `微信不给接口凭证（错误码 ${errcode}），${ADMIN}${PUBLIC_PLATFORM}，检查“基本配置”。`;
    return { reason: known !== undefined && OURS.has(known[0]) ? known[0] : 'not_let_in', zh: why };
  }
  if (known !== undefined) return { reason: known[0], zh: known[1] };
  return { reason: 'refused', zh: `微信平台没有接受（错误码 ${errcode}），请把这个号码告诉技术人员。` };
}

const MAY_PASS: ReadonlySet<PlatformReason> = new Set(['platform_fault', 'minute_full', 'day_full', 'busy']);
const OURS: ReadonlySet<PlatformReason> = new Set(['not_let_in', 'right_missing', 'account_barred']);
