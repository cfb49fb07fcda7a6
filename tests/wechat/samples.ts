/**
 * Every message and event that the platform's documentation describes, written as it comes, with values of our own, and
 * what we read in it (docs/wechat-platform.md#messages). `[name, fields in XML, what is read]`.
 */
export type Sample = readonly [name: string, xml: string, read: Readonly<Record<string, unknown>>];

const cdata = (name: string, value: string): string => `<${name}><![CDATA[${value}]]></${name}>`;
const HEAD = `${cdata('ToUserName', 'gh_0123456789ab')}
${cdata('FromUserName', 'oSample00000000000000000001')}
<CreateTime>1772503200</CreateTime>`;

const message = (type: string, fields: string): string =>
  `<xml>${HEAD}\n${cdata('MsgType', type)}\n${fields}\n<MsgId>7650000000000000001</MsgId></xml>`;
const event = (name: string, fields = ''): string =>
  `<xml>${HEAD}\n${cdata('MsgType', 'event')}\n${cdata('Event', name)}\n${fields}</xml>`;
const key = (value: string): string => cdata('EventKey', value);
const article = (index: number): string =>
  `<item><ArticleIdx>${index}</ArticleIdx>${cdata('ArticleUrl', `http://mp.example/${index}`)}</item>`;
const COUNTS =
  '<TotalCount>12</TotalCount><FilterCount>10</FilterCount><SentCount>9</SentCount><ErrorCount>1</ErrorCount>';
const pictures = `<SendPicsInfo><Count>1</Count><PicList><item>${cdata('PicMd5Sum', 'd41d8cd98f00b204e9800998ecf8427e')}</item></PicList></SendPicsInfo>`;
const scan = `<ScanCodeInfo>${cdata('ScanType', 'qrcode')}${cdata('ScanResult', '示例')}</ScanCodeInfo>`;

export const SAMPLES: readonly Sample[] = [
  ['text', message('text', cdata('Content', '村口的路灯不亮')), { type: 'text', text: '村口的路灯不亮' }],
  [
    'image',
    message('image', cdata('PicUrl', 'http://pic.example/1') + cdata('MediaId', 'M1')),
    { type: 'image', mediaId: 'M1', picUrl: 'http://pic.example/1' },
  ],
  [
    'voice',
    message('voice', cdata('MediaId', 'M2') + cdata('Format', 'amr') + cdata('Recognition', '')),
    { type: 'voice', mediaId: 'M2', format: 'amr' },
  ],
  [
    'video',
    message('video', cdata('MediaId', 'M3') + cdata('ThumbMediaId', 'T3')),
    { type: 'video', mediaId: 'M3', thumbMediaId: 'T3' },
  ],
  [
    'shortvideo',
    message('shortvideo', cdata('MediaId', 'M4') + cdata('ThumbMediaId', 'T4')),
    { type: 'shortvideo', mediaId: 'M4' },
  ],
  [
    'location',
    message(
      'location',
      `<Location_X>35.43</Location_X><Location_Y>106.33</Location_Y><Scale>16</Scale>${cdata('Label', '示例村口')}`,
    ),
    { type: 'location', place: { latitude: 35.43, longitude: 106.33, scale: 16, label: '示例村口' } },
  ],
  [
    'link',
    message('link', cdata('Title', '示例') + cdata('Description', '说明') + cdata('Url', 'https://a.example/')),
    { type: 'link', title: '示例', description: '说明', url: 'https://a.example/' },
  ],
  [
    'file',
    message(
      'file',
      cdata('Title', '名单.xlsx') + cdata('FileKey', 'K') + cdata('FileMd5', 'F') + '<FileTotalLen>2048</FileTotalLen>',
    ),
    { type: 'file', title: '名单.xlsx', fileKey: 'K', fileLength: 2048 },
  ],
  ['subscribe', event('subscribe', key('')), { type: 'subscribe', eventKey: '' }],
  [
    'subscribe by QR code',
    event('subscribe', key('qrscene_village_v01') + cdata('Ticket', 'TICKET')),
    { type: 'subscribe', scene: 'village_v01', ticket: 'TICKET' },
  ],
  [
    'subscribe after a payment',
    event('subscribe', key('last_trade_no_1')),
    { type: 'subscribe', eventKey: 'last_trade_no_1' },
  ],
  ['unsubscribe', event('unsubscribe', key('')), { type: 'unsubscribe' }],
  ['SCAN', event('SCAN', key('village_v02') + cdata('Ticket', 'TICKET')), { type: 'SCAN', scene: 'village_v02' }],
  [
    'LOCATION',
    event('LOCATION', '<Latitude>35.4</Latitude><Longitude>106.3</Longitude><Precision>40.5</Precision>'),
    { type: 'LOCATION', latitude: 35.4, longitude: 106.3, precision: 40.5 },
  ],
  ['CLICK', event('CLICK', key('COMPLAINT_NEW')), { type: 'CLICK', eventKey: 'COMPLAINT_NEW' }],
  [
    'VIEW',
    event('VIEW', `${key('https://a.example/')}<MenuId>415</MenuId>`),
    { type: 'VIEW', eventKey: 'https://a.example/', menuId: '415' },
  ],
  [
    'view_miniprogram',
    event('view_miniprogram', `${key('pages/index')}<MenuId>415</MenuId>`),
    { type: 'view_miniprogram', eventKey: 'pages/index' },
  ],
  [
    'scancode_push',
    event('scancode_push', key('6') + scan),
    { type: 'scancode_push', scanType: 'qrcode', scanResult: '示例' },
  ],
  ['scancode_waitmsg', event('scancode_waitmsg', key('6') + scan), { type: 'scancode_waitmsg', scanResult: '示例' }],
  ['pic_sysphoto', event('pic_sysphoto', key('6') + pictures), { type: 'pic_sysphoto', count: 1 }],
  ['pic_photo_or_album', event('pic_photo_or_album', key('6') + pictures), { type: 'pic_photo_or_album', count: 1 }],
  [
    'pic_weixin',
    event('pic_weixin', key('6') + pictures),
    { type: 'pic_weixin', md5s: ['d41d8cd98f00b204e9800998ecf8427e'] },
  ],
  [
    'location_select',
    event(
      'location_select',
      `${key('6')}<SendLocationInfo>${cdata('Location_X', '35')}${cdata('Location_Y', '106')}${cdata('Scale', '15')}${cdata('Label', '示例路')}${cdata('Poiname', '')}</SendLocationInfo>`,
    ),
    { type: 'location_select', place: { latitude: 35, longitude: 106, scale: 15, label: '示例路' } },
  ],
  [
    'MASSSENDJOBFINISH',
    event(
      'MASSSENDJOBFINISH',
      `<MsgID>3162000001</MsgID>${cdata('Status', 'send success')}${COUNTS}<CopyrightCheckResult><Count>0</Count><ResultList></ResultList><CheckState>0</CheckState></CopyrightCheckResult><ArticleUrlResult><Count>2</Count><ResultList>${article(1)}${article(2)}</ResultList></ArticleUrlResult>`,
    ),
    {
      type: 'MASSSENDJOBFINISH',
      msgId: '3162000001',
      status: 'send success',
      counts: { total: 12, filtered: 10, sent: 9, failed: 1 },
    },
  ],
  [
    'MASSSENDJOBFINISH without lists',
    event('MASSSENDJOBFINISH', `<MsgID>3162000002</MsgID>${cdata('Status', 'err(30003)')}${COUNTS}`),
    { type: 'MASSSENDJOBFINISH', status: 'err(30003)', articleUrls: [] },
  ],
  [
    'PUBLISHJOBFINISH',
    event(
      'PUBLISHJOBFINISH',
      `<PublishEventInfo><publish_id>2247000001</publish_id><publish_status>0</publish_status>${cdata('article_id', 'A1')}<article_detail><count>1</count><item><idx>1</idx>${cdata('article_url', 'http://mp.example/1')}</item></article_detail></PublishEventInfo>`,
    ),
    { type: 'PUBLISHJOBFINISH', publishId: '2247000001', publishStatus: 0 },
  ],
  [
    'PUBLISHJOBFINISH refused',
    event(
      'PUBLISHJOBFINISH',
      '<PublishEventInfo><publish_id>2247000002</publish_id><publish_status>2</publish_status><fail_idx>1</fail_idx><fail_idx>2</fail_idx></PublishEventInfo>',
    ),
    { type: 'PUBLISHJOBFINISH', publishStatus: 2, failedIndexes: [1, 2] },
  ],
  [
    'TEMPLATESENDJOBFINISH',
    event('TEMPLATESENDJOBFINISH', `<MsgID>200000001</MsgID>${cdata('Status', 'failed:user block')}`),
    { type: 'TEMPLATESENDJOBFINISH', outcome: 'blocked' },
  ],
  [
    'subscribe_msg_popup_event',
    event(
      'subscribe_msg_popup_event',
      `<SubscribeMsgPopupEvent><List>${cdata('TemplateId', 'TPL')}${cdata('SubscribeStatusString', 'accept')}<PopupScene>2</PopupScene></List></SubscribeMsgPopupEvent>`,
    ),
    { type: 'subscribe_msg_popup_event', items: [{ templateId: 'TPL', choice: 'accept', popupScene: '2' }] },
  ],
  [
    'subscribe_msg_change_event',
    event(
      'subscribe_msg_change_event',
      `<SubscribeMsgChangeEvent><List>${cdata('TemplateId', 'TPL')}${cdata('SubscribeStatusString', 'reject')}</List></SubscribeMsgChangeEvent>`,
    ),
    { type: 'subscribe_msg_change_event', items: [{ templateId: 'TPL', choice: 'reject' }] },
  ],
  [
    'subscribe_msg_sent_event',
    event(
      'subscribe_msg_sent_event',
      `<SubscribeMsgSentEvent><List>${cdata('TemplateId', 'TPL')}<MsgID>1700000000000000001</MsgID><ErrorCode>0</ErrorCode>${cdata('ErrorStatus', 'success')}</List></SubscribeMsgSentEvent>`,
    ),
    { type: 'subscribe_msg_sent_event' },
  ],
  [
    'kf_create_session',
    event('kf_create_session', cdata('KfAccount', 'k@town')),
    { type: 'kf_create_session', kfAccount: 'k@town' },
  ],
  ['kf_close_session', event('kf_close_session', cdata('KfAccount', 'k@town')), { type: 'kf_close_session' }],
  [
    'kf_switch_session',
    event('kf_switch_session', cdata('FromKfAccount', 'a@town') + cdata('ToKfAccount', 'b@town')),
    { type: 'kf_switch_session', fromKfAccount: 'a@town', toKfAccount: 'b@town' },
  ],
  [
    'user_info_modified',
    event('user_info_modified', cdata('OpenID', 'oOther') + cdata('AppID', 'wx1') + '<RevokeInfo>205</RevokeInfo>'),
    { type: 'user_info_modified', subjectOpenid: 'oOther', revokeInfo: '205' },
  ],
  [
    'user_authorization_revoke',
    event('user_authorization_revoke', cdata('OpenID', 'oOther')),
    { type: 'user_authorization_revoke' },
  ],
  [
    'user_authorization_cancellation',
    event('user_authorization_cancellation', cdata('OpenID', 'oOther')),
    { type: 'user_authorization_cancellation' },
  ],
  ...['qualification_verify_success', 'naming_verify_success', 'annual_renew', 'verify_expired'].map(
    (name): Sample => [
      name,
      event(name, '<ExpiredTime>1803859200</ExpiredTime>'),
      { type: name, expiredTime: 1_803_859_200 },
    ],
  ),
  ...['qualification_verify_fail', 'naming_verify_fail'].map(
    (name): Sample => [
      name,
      event(name, `<FailTime>1772503200</FailTime>${cdata('FailReason', '材料不全')}`),
      { type: name, failTime: 1_772_503_200, failReason: '材料不全' },
    ],
  ),
  ...[
    'WifiConnected',
    'ShakearoundUserShake',
    'merchant_order',
    'user_authorize_invoice',
    'update_invoice_status',
    'submit_invoice_title',
    'debug_demo',
  ].map(
    (name): Sample => [
      `${name}, of another trade`,
      event(name, '<Some><Thing>1</Thing></Some>'),
      { type: 'unknown', platformType: name },
    ],
  ),
  ...['device_text', 'device_event', 'hologram'].map(
    (name): Sample => [
      `${name}, of another trade`,
      message(name, cdata('Content', 'MTIz')),
      { type: 'unknown', platformType: name },
    ],
  ),
];
