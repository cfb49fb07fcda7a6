import { describe, expect, it } from 'vitest';
import { finishWords, massResultOf, parseInbound, parseXml } from '../../src/wechat/index.ts';

describe('the finish status of a mass send', () => {
  it.each([
    'send success',
    'sendsuccess',
    'Send Success',
    'SEND_SUCCESS',
    'Send_Success',
    ' send-success ',
    'ｓend success',
    'SendSuccess',
    'send  success',
    'success',
  ])('is delivered however it is spelled: "%s" (case 30)', (status) => {
    expect(massResultOf(status)).toEqual({ outcome: 'delivered', zh: '推送成功' });
  });

  it.each([
    ['SENDING', 'sending'],
    ['sending', 'sending'],
    ['DELETE', 'taken_back'],
    ['Deleted', 'taken_back'],
    ['send fail', 'failed'],
    ['SEND_FAIL', 'failed'],
    ['sendfail', 'failed'],
    ['send failed', 'failed'],
    ['err(10001)', 'failed'],
    ['ERR(10001)', 'failed'],
    ['err 10001', 'failed'],
    ['err（40002）', 'failed'],
    ['err(40003)', 'failed'],
    ['', 'unclear'],
    ['send succes', 'unclear'],
    ['toString', 'unclear'],
  ])('"%s" is %s', (status, outcome) => {
    expect(massResultOf(status).outcome).toBe(outcome);
  });

  it.each([10001, 20001, 20002, 20004, 20006, 20008, 20013, 21000, 22000, 30001, 30002, 30003, 40001, 40002, 40003])(
    'err(%i) says in Chinese what is wrong and what to do',
    (code) => {
      expect(massResultOf(`err(${code})`).zh).toMatch(/^[\u4e00-\u9fff].*请.*。$/);
    },
  );

  it('quotes a reason that nobody knows', () => {
    expect(massResultOf('err(77777)').zh).toContain('err(77777)');
  });
});

describe('a push that the platform takes for a reprint (case 11)', () => {
  const titles = ['防汛通知', '春季麦田管理', '医保缴费'];
  const finishOf = (status: string, items: string) =>
    parseInbound(
      parseXml(
        `<xml><ToUserName>gh_1</ToUserName><FromUserName>oPlatform00000000000000000001</FromUserName><CreateTime>1770700000</CreateTime>
<MsgType>event</MsgType><Event>MASSSENDJOBFINISH</Event><MsgID>3147483650</MsgID><Status>${status}</Status><CopyrightCheckResult><Count>1</Count>
<ResultList>${items}</ResultList><CheckState>3</CheckState></CopyrightCheckResult></xml>`,
      ),
    );
  const wordsOf = (status: string, items: string): string => {
    const event = finishOf(status, items);
    if (event.type !== 'MASSSENDJOBFINISH') throw new Error('no finish event');
    return finishWords(event, titles);
  };
  const SECOND = `<item><ArticleIdx>2</ArticleIdx><UserDeclareState>0</UserDeclareState><AuditState>2</AuditState>
<OriginalArticleUrl>https://mp.weixin.qq.com/s?__biz=Example&amp;mid=1&amp;idx=1</OriginalArticleUrl><CanReprint>1</CanReprint></item>`;

  it('names the title, the address of the original, and that it may be reprinted', () => {
    expect(wordsOf('err(30003)', SECOND)).toBe(
      '原创校验判定为转载，平台没有群发。请拿掉这篇，或改成自己写的内容后重新送审。' +
        '第2篇《春季麦田管理》与已有的原创文章相同，原文：https://mp.weixin.qq.com/s?__biz=Example&mid=1&idx=1（原作者允许转载）。',
    );
  });

  it('names an article beyond the titles by its place', () => {
    const ninth = '<item><ArticleIdx>9</ArticleIdx><AuditState>3</AuditState></item>';
    expect(wordsOf('err(30002)', ninth)).toContain('第9篇与已有的原创文章相同。');
  });

  it('leaves out what was checked and found in order, and says nothing of reprints for another reason', () => {
    const fine =
      '<item><ArticleIdx>1</ArticleIdx><AuditState>1</AuditState><OriginalArticleUrl></OriginalArticleUrl></item>';
    expect(wordsOf('err(30003)', fine)).not.toContain('防汛通知');
    expect(wordsOf('err(10001)', SECOND)).not.toContain('春季麦田管理');
  });
});
