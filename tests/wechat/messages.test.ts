import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { dedupeKey, type InboundFields, type InboundMessage, parseInbound, parseXml } from '../../src/wechat/index.ts';

const HEAD = { ToUserName: 'gh_town', FromUserName: 'oResident', CreateTime: '1700000000' };
const message = (fields: InboundFields) => parseInbound({ ...HEAD, MsgId: '23456789012345678', ...fields });
const event = (Event: string, fields: InboundFields = {}) =>
  parseInbound({ ...HEAD, MsgType: 'event', Event, ...fields });

/** Without what all messages have in common. */
function own(parsed: InboundMessage): object {
  const { toUserName, openid, createTime } = parsed;
  expect([toUserName, openid, createTime]).toEqual(['gh_town', 'oResident', 1_700_000_000]);
  const common = new Set(['toUserName', 'openid', 'createTime', 'msgId', 'raw']);
  return Object.fromEntries(Object.entries(parsed).filter(([name]) => !common.has(name)));
}

describe('messages', () => {
  it.each<[InboundFields, object]>([
    [
      { MsgType: 'text', Content: ' 帮助 ' },
      { type: 'text', text: ' 帮助 ' },
    ],
    [
      { MsgType: 'text', Content: '' },
      { type: 'text', text: '' },
    ],
    [{ MsgType: 'text' }, { type: 'text', text: '' }],
    [
      { MsgType: 'image', PicUrl: 'http://p', MediaId: 'm' },
      { type: 'image', picUrl: 'http://p', mediaId: 'm' },
    ],
    [
      { MsgType: 'voice', MediaId: 'm', Format: 'amr', MediaId16K: 'w', Recognition: '' },
      { type: 'voice', mediaId: 'm', format: 'amr', mediaId16K: 'w' },
    ],
    [
      { MsgType: 'voice', Recognition: '你好' },
      { type: 'voice', recognition: '你好' },
    ],
    [
      { MsgType: 'video', MediaId: 'm', ThumbMediaId: 't' },
      { type: 'video', mediaId: 'm', thumbMediaId: 't' },
    ],
    [
      { MsgType: 'shortvideo', MediaId: 'm' },
      { type: 'shortvideo', mediaId: 'm' },
    ],
    [
      { MsgType: 'location', Location_X: '35.5', Location_Y: '106.3', Scale: '20', Label: '镇政府' },
      { type: 'location', place: { latitude: 35.5, longitude: 106.3, scale: 20, label: '镇政府' } },
    ],
    [
      { MsgType: 'location', Location_X: 'north' },
      { type: 'location', place: {} },
    ],
    [
      { MsgType: 'link', Title: 't', Description: 'd', Url: 'u' },
      { type: 'link', title: 't', description: 'd', url: 'u' },
    ],
    [
      { MsgType: 'file', Title: 'a.pdf', FileKey: 'k', FileMd5: 'x', FileTotalLen: '12' },
      { type: 'file', title: 'a.pdf', fileKey: 'k', fileMd5: 'x', fileLength: 12 },
    ],
    [
      { MsgType: 'hologram', Size: { X: '1' } },
      { type: 'unknown', platformType: 'hologram' },
    ],
    [{}, { type: 'unknown', platformType: '' }],
  ])('reads %j', (fields, expected) => {
    const parsed = message(fields);
    expect(own(parsed)).toEqual({ kind: 'message', ...expected });
    expect(parsed.msgId).toBe('23456789012345678');
    expect(parsed.raw).toMatchObject(fields);
  });

  it('takes ids as text from JSON numbers and from either spelling', () => {
    expect(message({ MsgType: 'text', MsgId: 123 }).msgId).toBe('123');
    expect(parseInbound({ ...HEAD, MsgType: 'text', MsgID: '7' }).msgId).toBe('7');
    expect(parseInbound({ ...HEAD, MsgType: 'text' })).not.toHaveProperty('msgId');
  });

  it('never throws, whatever the fields are', () => {
    const names = fc.constantFrom(
      'MsgType',
      'Event',
      'EventKey',
      'Content',
      'MsgId',
      'List',
      'PublishEventInfo',
      'SendPicsInfo',
      'ScanCodeInfo',
    );
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('event', 'text', 'MASSSENDJOBFINISH', 'PUBLISHJOBFINISH', 'subscribe_msg_sent_event'),
    );
    fc.assert(
      fc.property(fc.dictionary(names, values), (fields) => {
        const parsed = parseInbound(fields as InboundFields);
        expect(typeof dedupeKey(parsed)).toBe('string');
        expect(parsed.raw).toEqual(fields);
      }),
      { numRuns: 500 },
    );
    for (const odd of [null, undefined, 'x', []])
      expect(parseInbound(odd as unknown as InboundFields).type).toBe('unknown');
  });
});

describe('events', () => {
  it.each<[string, InboundFields, object]>([
    ['subscribe', {}, { eventKey: '' }],
    [
      'subscribe',
      { EventKey: 'qrscene_village_yeheling', Ticket: 'T' },
      { eventKey: 'qrscene_village_yeheling', scene: 'village_yeheling', ticket: 'T' },
    ],
    ['subscribe', { EventKey: 'last_trade_no_1' }, { eventKey: 'last_trade_no_1' }],
    ['unsubscribe', { EventKey: '' }, { eventKey: '' }],
    ['SCAN', { EventKey: 'village_1', Ticket: 'T' }, { eventKey: 'village_1', scene: 'village_1', ticket: 'T' }],
    [
      'LOCATION',
      { Latitude: '23.1', Longitude: '113.3', Precision: '119.3' },
      { latitude: 23.1, longitude: 113.3, precision: 119.3 },
    ],
    ['CLICK', { EventKey: 'COMPLAINT_NEW' }, { eventKey: 'COMPLAINT_NEW' }],
    ['VIEW', { EventKey: 'https://x', MenuId: '9' }, { eventKey: 'https://x', menuId: '9' }],
    ['view_miniprogram', { EventKey: 'pages/a' }, { eventKey: 'pages/a' }],
    [
      'scancode_push',
      { EventKey: '6', ScanCodeInfo: { ScanType: 'qrcode', ScanResult: '1' } },
      { eventKey: '6', scanType: 'qrcode', scanResult: '1' },
    ],
    ['scancode_waitmsg', { EventKey: '6' }, { eventKey: '6' }],
    [
      'pic_sysphoto',
      { EventKey: '6', SendPicsInfo: { Count: '1', PicList: { item: { PicMd5Sum: 'a' } } } },
      { eventKey: '6', count: 1, md5s: ['a'] },
    ],
    [
      'pic_photo_or_album',
      { SendPicsInfo: { Count: '2', PicList: { item: [{ PicMd5Sum: 'a' }, { PicMd5Sum: 'b' }] } } },
      { eventKey: '', count: 2, md5s: ['a', 'b'] },
    ],
    ['pic_weixin', {}, { eventKey: '', md5s: [] }],
    [
      'location_select',
      { EventKey: '6', SendLocationInfo: { Location_X: '23', Location_Y: '113', Poiname: 'p' } },
      { eventKey: '6', place: { latitude: 23, longitude: 113, poiName: 'p' } },
    ],
    ['TEMPLATESENDJOBFINISH', { MsgID: '1', Status: 'success' }, { status: 'success', outcome: 'delivered' }],
    ['TEMPLATESENDJOBFINISH', { Status: 'failed:user block' }, { status: 'failed:user block', outcome: 'blocked' }],
    [
      'TEMPLATESENDJOBFINISH',
      { Status: 'failed: system failed' },
      { status: 'failed: system failed', outcome: 'failed' },
    ],
    [
      'subscribe_msg_popup_event',
      {
        SubscribeMsgPopupEvent: {
          List: [
            { TemplateId: 'a', SubscribeStatusString: 'accept', PopupScene: '2' },
            { TemplateId: 'b', SubscribeStatusString: 'reject' },
          ],
        },
      },
      {
        items: [
          { templateId: 'a', choice: 'accept', popupScene: '2' },
          { templateId: 'b', choice: 'reject' },
        ],
      },
    ],
    [
      'subscribe_msg_change_event',
      { List: [{ TemplateId: 'a', SubscribeStatusString: 'reject' }] },
      { items: [{ templateId: 'a', choice: 'reject' }] },
    ],
    [
      'subscribe_msg_sent_event',
      {
        SubscribeMsgSentEvent: {
          List: { TemplateId: 'a', MsgID: '1700827132819554304', ErrorCode: '0', ErrorStatus: 'success' },
        },
      },
      { items: [{ templateId: 'a', msgId: '1700827132819554304', errorCode: 0, errorStatus: 'success' }] },
    ],
    ['kf_create_session', { KfAccount: 'k@t' }, { kfAccount: 'k@t' }],
    ['kf_close_session', {}, {}],
    ['kf_switch_session', { FromKfAccount: 'a', ToKfAccount: 'b' }, { fromKfAccount: 'a', toKfAccount: 'b' }],
    [
      'user_info_modified',
      { OpenID: 'o2', AppID: 'wx', RevokeInfo: '205' },
      { subjectOpenid: 'o2', appId: 'wx', revokeInfo: '205' },
    ],
    ['user_authorization_revoke', { OpenID: 'o2' }, { subjectOpenid: 'o2' }],
    ['user_authorization_cancellation', {}, {}],
    ['qualification_verify_success', { ExpiredTime: '1442401156' }, { expiredTime: 1_442_401_156 }],
    ['qualification_verify_fail', { FailTime: '1', FailReason: 'by time' }, { failTime: 1, failReason: 'by time' }],
    ['naming_verify_success', {}, {}],
    ['naming_verify_fail', {}, {}],
    ['annual_renew', {}, {}],
    ['verify_expired', {}, {}],
  ])('reads %s %j', (name, fields, expected) => {
    expect(own(event(name, fields))).toEqual({ kind: 'event', type: name, ...expected });
  });

  it('keeps an unknown event whole', () => {
    const parsed = event('WifiConnected', { VendorId: '3001224419', Nested: { A: ['1'] } });
    expect(own(parsed)).toEqual({ kind: 'event', type: 'unknown', platformType: 'WifiConnected' });
    expect(parsed.raw).toEqual({
      ...HEAD,
      MsgType: 'event',
      Event: 'WifiConnected',
      VendorId: '3001224419',
      Nested: { A: ['1'] },
    });
  });

  const COUNTS =
    '<TotalCount>4</TotalCount><FilterCount>3</FilterCount><SentCount>2</SentCount><ErrorCount>1</ErrorCount>';

  it('reads a finish event with copyright and article lists', () => {
    const parsed = event(
      'MASSSENDJOBFINISH',
      parseXml(
        `<xml><MsgID>9007199254740993</MsgID><Status>send success</Status>${COUNTS}<CopyrightCheckResult><Count>1</Count><ResultList>` +
          '<item><ArticleIdx>1</ArticleIdx><UserDeclareState>0</UserDeclareState><AuditState>2</AuditState><OriginalArticleUrl>u</OriginalArticleUrl><CanReprint>1</CanReprint></item>' +
          '</ResultList><CheckState>2</CheckState></CopyrightCheckResult><ArticleUrlResult><Count>2</Count><ResultList>' +
          '<item><ArticleIdx>1</ArticleIdx><ArticleUrl>a</ArticleUrl></item><item><ArticleIdx>2</ArticleIdx><ArticleUrl>b</ArticleUrl></item>' +
          '</ResultList></ArticleUrlResult></xml>',
      ),
    );
    expect(own(parsed)).toEqual({
      kind: 'event',
      type: 'MASSSENDJOBFINISH',
      status: 'send success',
      result: { outcome: 'delivered', zh: '推送成功' },
      counts: { total: 4, filtered: 3, sent: 2, failed: 1 },
      checkState: 2,
      articleUrls: [
        { index: 1, url: 'a' },
        { index: 2, url: 'b' },
      ],
      copyright: [{ index: 1, auditState: 2, userDeclareState: 0, originalUrl: 'u', canReprint: true }],
    });
    expect(parsed.msgId).toBe('9007199254740993');
  });

  it('reads a finish event without those lists', () => {
    const parsed = event(
      'MASSSENDJOBFINISH',
      parseXml(`<xml><MsgID>1</MsgID><Status>sendsuccess</Status>${COUNTS}</xml>`),
    );
    expect(parsed).toMatchObject({ result: { outcome: 'delivered' }, articleUrls: [], copyright: [] });
    expect(event('MASSSENDJOBFINISH')).toMatchObject({
      result: { outcome: 'unclear' },
      counts: { total: 0, filtered: 0, sent: 0, failed: 0 },
    });
  });

  it.each([
    ['err(30003)', 'failed', /判定为转载.*请/],
    ['ERR（40002）', 'failed', /30分钟内没有确认/],
    ['err(99999)', 'failed', /err\(99999\)/],
    ['constructor', 'unclear', /^平台返回：constructor$/],
  ])('says in Chinese what %s means', (Status, outcome, zh) => {
    const parsed = event('MASSSENDJOBFINISH', { Status });
    expect(parsed).toMatchObject({ status: Status, result: { outcome, zh: expect.stringMatching(zh) as string } });
  });

  it('reads publish events, done and refused', () => {
    const done = event(
      'PUBLISHJOBFINISH',
      parseXml(
        '<xml><PublishEventInfo><publish_id>2247503051</publish_id><publish_status>0</publish_status><article_id>A</article_id>' +
          '<article_detail><count>1</count><item><idx>1</idx><article_url>u</article_url></item></article_detail></PublishEventInfo></xml>',
      ),
    );
    expect(done).toMatchObject({
      publishId: '2247503051',
      publishStatus: 0,
      articleId: 'A',
      articleUrls: [{ index: 1, url: 'u' }],
      failedIndexes: [],
    });
    const refused = event(
      'PUBLISHJOBFINISH',
      parseXml(
        '<xml><PublishEventInfo><publish_id>7</publish_id><publish_status>2</publish_status><fail_idx>1</fail_idx><fail_idx>2</fail_idx></PublishEventInfo></xml>',
      ),
    );
    expect(refused).toMatchObject({ publishStatus: 2, failedIndexes: [1, 2], articleUrls: [] });
    const one = event(
      'PUBLISHJOBFINISH',
      parseXml('<xml><PublishEventInfo><fail_idx>3</fail_idx></PublishEventInfo></xml>'),
    );
    expect(one).toMatchObject({ failedIndexes: [3] });
  });
});

describe('dedupeKey', () => {
  const keys = (...messages: InboundMessage[]) => new Set(messages.map(dedupeKey)).size;

  it('is the same for every delivery of one message', () => {
    expect(keys(message({ MsgType: 'text', Content: 'a' }), message({ MsgType: 'text', Content: 'a' }))).toBe(1);
    expect(keys(event('CLICK', { EventKey: 'k' }), event('CLICK', { EventKey: 'k' }))).toBe(1);
  });

  it('tells senders with the same MsgId apart', () => {
    const text = { MsgType: 'text', Content: 'a' };
    expect(keys(message(text), message({ ...text, FromUserName: 'oOther' }), message({ ...text, MsgId: '2' }))).toBe(3);
  });

  it('tells events of one second apart by name and key, and takes repeated ones as one', () => {
    expect(
      keys(
        event('CLICK', { EventKey: 'a' }),
        event('CLICK', { EventKey: 'b' }),
        event('LOCATION'),
        event('VIEW', { EventKey: 'a' }),
      ),
    ).toBe(4);
    expect(keys(event('unsubscribe'), event('unsubscribe', { EventKey: '' }))).toBe(1);
    expect(keys(event('CLICK', { EventKey: 'a' }), event('CLICK', { EventKey: 'a', CreateTime: '1700000001' }))).toBe(
      2,
    );
  });

  it('tells jobs apart by MsgID and publish_id', () => {
    expect(keys(event('MASSSENDJOBFINISH', { MsgID: '1' }), event('MASSSENDJOBFINISH', { MsgID: '2' }))).toBe(2);
    const publish = (id: string) => event('PUBLISHJOBFINISH', { PublishEventInfo: { publish_id: id } });
    expect(keys(publish('1'), publish('2'), publish('1'))).toBe(2);
    const sent = (MsgID: string) => event('subscribe_msg_sent_event', { SubscribeMsgSentEvent: { List: { MsgID } } });
    expect(keys(sent('1'), sent('2'))).toBe(2);
  });

  it('goes by the fields of a message without MsgId, whatever their order', () => {
    const bare = (fields: InboundFields) => parseInbound({ ...HEAD, MsgType: 'text', ...fields });
    expect(keys(bare({ Content: 'a' }), bare({ Content: 'b' }))).toBe(2);
    expect(keys(bare({ Content: 'a', X: '1' }), bare({ X: '1', Content: 'a' }))).toBe(1);
  });

  it('cannot be led to another message by separators inside a part', () => {
    expect(keys(event('CLICK', { EventKey: 'a","b' }), event('CLICK', { EventKey: 'a', MsgID: 'b' }))).toBe(2);
    expect(dedupeKey(message({ MsgType: 'text' }))).not.toContain('oResident');
  });
});
