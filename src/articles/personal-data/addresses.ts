const NUMERAL = '(?:\\d{1,4}|[一二三四五六七八九十百〇零]{1,5})';
/** What a house stands in: a group of a village, a street, a housing estate. */
const PLACE = '(?:[组社队路街巷弄庄屯里村湾沟坪岭寨堡坊营坡]|小区|家园|花园|新区|大道|胡同|社区|公寓|新村|苑)';
/** Directions and plates that may stand between the place and the number. */
const BETWEEN = '(?:[东西南北中上下前后]{1,2}(?:侧|段|头|边|路|街|巷|区|门)?|门牌|门牌号|自编|第)?\\s*';
/** What follows a house that is a home; any other word makes the number that of a thing, an office or a day. */
const HOME_AFTER =
  '(?=$|[\\s，。；：、！？,.;:!?（(）)”"\'》】\\]<>/|]|的?(?:住户|村民|居民|家|户|院|老乡)|附\\d|之\\d|-\\d)';
const HOUSE = `${PLACE}${BETWEEN}(?<![年月日第〕\\]号])${NUMERAL}号`;
const FLAT = `${NUMERAL}(?:号楼|栋|幢|座|号院)\\s*(?:${NUMERAL}(?:单元|门))?\\s*(?:\\d{2,4}|[一二三四五六七八九十百〇零]{2,5})(?:室|户|号)|${NUMERAL}(?:号楼|栋|幢|座)\\s*${NUMERAL}单元\\s*\\d{2,4}|\\d{1,3}-\\d{1,2}-\\d{3,4}(?:室|户)`;
const NAMED = `(?:门牌号?|住址|住所)\\s*[：:]?\\s*[\\u4e00-\\u9fa5]{0,12}${NUMERAL}号${HOME_AFTER}`;

const HOUSES = new RegExp(HOUSE, 'g');
const FLATS = new RegExp(`${FLAT}|${NAMED}`, 'g');
/** Groups of a village hold homes: what follows the number there is who lives in it, unless it is a thing. */
const GROUP = /^[组社队]/;
const THING =
  /[池井器杆口段洞墙室路棚房厕站点院区库厂机闸渠坝塔亭场馆楼门桥涵沟线缆管泵箱车台柜亩块田塘林所处办委局校店铺开前后起至止早晚上下午文令公告通]/;
const AFTER_HOME = new RegExp(`^${HOME_AFTER}`);

/** Surnames in front: `三组12号张某` names who lives there. */
const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤兰冶';
const PERSON_AFTER = new RegExp(
  `^(?:[${SURNAMES}]某{1,2}|[${SURNAMES}][\\u4e00-\\u9fa5]{1,2}(?=$|[\\s，。；：、,.;:（(])|某)`,
);
/** Ends of words for things and places: 路灯杆, 卫生院. */
const THING_END =
  /[池井器杆口段洞墙室路棚房厕站点院区库厂机闸渠坝塔亭场馆楼门桥涵沟线缆管泵箱车台柜亩块田塘林所处办委局校店铺炉灶罐仓]$/u;

/** What may stand before an address that is no one's home: an office, a meeting, works, a day. */
const OFFICE =
  /(?:[\u4e00-\u9fa5]{1,6}地点|[\u4e00-\u9fa5]{0,4}(?:办公|办理|受理|领取|投递|接待|会议|报名|体检|集合|发放|缴费|咨询|接种|考试|面试|施工|招标|开标|投票|培训|活动|单位|机构|企业|公司|政府|服务|邮寄|通信)(?:地址|地点|场所|处|点)|(?:政府|服务中心|大厅|委会|村部|卫生院|学校|派出所|司法所)(?:地址|位于|设在)|(?:来信|邮件|材料|包裹)?(?:请寄|寄至|寄到|邮寄|寄往|送至|送到|交到|交至)|设在|位于|前往|(?:时间|日期|日程|定于|改在|改为|安排在))[：:]?\s*[\u4e00-\u9fa5\d、，,]{0,22}$/u;
const HOME_BEFORE =
  /(?:家庭|居住|户籍|现住|家住|住在|住于|常住|收货|身份证|户主|住)(?:地址|地|址)?[：:]?\s*[\u4e00-\u9fa5\d]{0,14}$/u;
/** Characters before an address in which that label is looked for. */
const REACH = 26;

/** Addresses down to the house, of homes. */
export function findAddresses(text: string): { from: number; to: number }[] {
  const flats = [...text.matchAll(FLATS)].map(stretchOf).filter(({ from }) => !atOffice(text, from));
  const houses = [...text.matchAll(HOUSES)].map(stretchOf).filter(({ from, to }) => {
    if (flats.some((flat) => flat.from < to && from < flat.to)) return false;
    return !atOffice(text, from) && livedIn(text, from, to);
  });
  return [...flats, ...houses].sort((a, b) => a.from - b.from);
}

function stretchOf(match: RegExpExecArray): { from: number; to: number } {
  return { from: match.index, to: match.index + match[0].length };
}

function atOffice(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - REACH), at);
  return !HOME_BEFORE.test(before) && OFFICE.test(before);
}

function livedIn(text: string, from: number, to: number): boolean {
  const after = text.slice(to, to + 12);
  if (AFTER_HOME.test(after)) return true;
  const words = /^[\u4e00-\u9fa5]*/.exec(after)?.[0] ?? '';
  if (GROUP.test(text.slice(from, from + 1)) || HOME_BEFORE.test(text.slice(Math.max(0, from - REACH), from))) {
    return !THING.test(words.slice(0, 6));
  }
  const person = PERSON_AFTER.exec(after)?.[0];
  return person !== undefined && !THING_END.test(person);
}
