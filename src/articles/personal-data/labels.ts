/** What the words before a number, or the head of its column, say it is. */
export interface Said {
  readonly id: boolean;
  readonly account: boolean;
  /** A number that names a thing: a project, a document, a meter. */
  readonly thing: boolean;
}

const ID = /身份证|证件号|公民身份|身份号码|身份证件|(?<![A-Za-z])ID(?![A-Za-z])/i;
const ACCOUNT =
  /账号|帐号|账户|帐户|卡号|一卡通|一折通|存折|折号|折子|开户|银行|信用社|信用联社|农商行|农信|社保卡|惠农卡|打款|收款|(?<!光缆|网)卡$/;
const THING =
  /编号|编码|文号|单号|序号|案号|批号|批次|流水|订单|合同|项目|工程|代码|统一社会|信用码|税号|低保证|特困证|许可证|证书|条码|二维码|设备|资产|标段|户号|表号|期号|档号|档案|备案|批文|地块|宗地|图号|车架|发票|追溯|监督码|IMEI/i;
/** Of an account that is the office's or a company's own, which is there to be known. */
const OFFICE_ACCOUNT =
  /(?:户名|账户名称|帐户名称|开户名|开户名称|单位名称|收款单位|收款人)\s*[：:]?\s*[\u4e00-\u9fa5（）()]{2,30}(?:政府|财政所|财政局|委员会|村委会|公司|合作社|学校|医院|中心|基金会|红十字会|协会|管理局|税务局)|对公账[户号]|对公帐[户号]|捐款账[户号]/;

/** Characters before a number in which its label is looked for. */
const REACH = 16;
/** An account's owner is named a line above it. */
const OWNER_REACH = 80;

/** What is said of the number that begins at `at` of `text`, in a column headed `head`. */
export function saidOf(text: string, at: number, head: string): Said {
  const near = text.slice(Math.max(0, at - REACH), at);
  // What stands before another number belongs to that one.
  const own = near.slice(near.search(/\d(?=[^\d]*$)/) + 1);
  const words = `${head} ${own}`;
  const thing = THING.test(words);
  const office = OFFICE_ACCOUNT.test(text.slice(Math.max(0, at - OWNER_REACH), at));
  return {
    id: ID.test(words),
    account: ACCOUNT.test(words.trim()) && !office && !(thing && !ACCOUNT.test(own)),
    thing,
  };
}
