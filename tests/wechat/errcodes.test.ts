import { describe, expect, it } from 'vitest';
import { KNOWN_ERRCODES, meaningOf } from '../../src/wechat/errcodes.ts';
import { REASONS } from '../../src/wechat/reasons.ts';
import { answers, clientFor, rejectionOf, startPlatform } from './support.ts';

/** The numbers that the platform documents for the calls that we make; a list by call, written by hand. */
const DOCUMENTED: Readonly<Record<string, readonly number[]>> = {
  'every call': [-1, 40001, 40014, 40164, 41001, 42001, 43001, 43002, 43003, 44002, 45009, 45011, 47001, 48001, 48004],
  token: [40002, 40013, 40125, 40243, 41002, 41004, 50004, 50007, 61004, 89501, 89503, 89506, 89507],
  'custom.text': [40003, 40008, 43004, 43019, 45002, 45015, 45047, 48002, 50002],
  'draft.add': [
    40007, 40227, 44003, 45002, 45003, 45004, 45005, 45008, 45021, 45064, 45110, 45166, 53404, 53500, 87014,
  ],
  'media.uploadimg': [40005, 40006, 40009, 40113, 40137, 41005, 45001],
  'material.add': [40004, 40005, 40007, 40009, 40012, 41005, 45001, 45105, 45106],
  'mass.send': [40007, 40008, 40130, 42010, 45028, 45065, 45066, 45067, 45159, 48003, 48008, 53501, 9500002],
  'mass.status': [40059],
  'mass.delete': [40059, 40060, 45009],
  'mass.preview': [40003, 40007, 40132, 43004],
  'media.get': [40007, 48001, 48004, 50002],
  'menu.create': [40015, 40016, 40017, 40018, 40019, 40020, 40023, 40024, 40025, 40026, 40027, 40033, 40054, 40055],
  'menu.create, mini programs': [40165, 40166, 45064, 85005],
  'menu.get': [46003],
  'tags.create': [45056, 45157, 45158],
  'tags.delete': [45057, 45058, 45159],
  'tags.give': [40003, 40031, 40032, 45059, 45159, 49003],
  'qrcode.create': [40035, 40051, 40052, 40053, 45029],
};

/** Says what happens next or what somebody can do. */
const SAYS_WHAT_TO_DO = /请|会自动再试|等对方|要等/;
/** Facts that need nobody: the code itself goes on from them. */
const ANSWERS = new Set([40003, 40059, 40060, 40130, 40032, 45015, 43004, 45057, 45058, 45065, 45158, 46003]);

describe('the table of error numbers', () => {
  const all = Object.entries(DOCUMENTED).flatMap(([api, codes]) => codes.map((code) => [api, code] as const));
  it.each(all)('has words of its own for %s: %i', (_api, errcode) => {
    expect(KNOWN_ERRCODES).toContain(errcode);
  });

  it.each(KNOWN_ERRCODES)('says of %i in one Chinese sentence what is wrong and what to do', (errcode) => {
    const { reason, zh } = meaningOf('any', errcode);
    expect(Object.keys(REASONS)).toContain(reason);
    expect(zh).toMatch(/^[\u4e00-\u9fff].*。$/);
    expect(zh).not.toMatch(/错误码|errcode/);
    expect(SAYS_WHAT_TO_DO.test(zh) || ANSWERS.has(errcode)).toBe(true);
  });

  it.each([
    [45003, /标题太长/],
    [45004, /摘要太长/],
    [45110, /作者名太长/],
    [45002, /正文太长/],
    [45166, /正文.*外部链接/],
    [45064, /小程序/],
    [87014, /安全检查.*修改文字/],
    [53500, /封禁/],
    [53501, /太频繁/],
    [89503, /管理员.*确认/],
    [40243, /AppSecret 被冻结/],
  ])('names what is at fault: %i', (errcode, words) => {
    expect(meaningOf('draft.add', errcode).zh).toMatch(words);
  });

  it('sends an unknown number to the technicians, with the number', () => {
    expect(meaningOf('draft.add', 99_999)).toEqual({
      reason: 'refused',
      zh: '微信平台没有接受（错误码 99999），请把这个号码告诉技术人员。',
    });
  });
});

describe('an address that is not on the list (40164)', () => {
  it('is named in the words, since only the platform knows from where it is called', async () => {
    const platform = await startPlatform();
    try {
      const errmsg = 'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 69a00000-00000000-00000000';
      platform.on('/cgi-bin/stable_token', answers({ errcode: 40_164, errmsg }));
      const error = await rejectionOf(clientFor(platform).client.callbackIps());
      expect(error.message).toMatch(/IP 白名单.*添加。要添加的地址：203\.0\.113\.7。$/);
    } finally {
      await platform.close();
    }
  });
});

describe('a refused token', () => {
  it.each([40001, 40002, 40013, 40125, 40164, 40243, 41002, 50002, 50007, 61004, 89501, 89503, 89506, 89507, 99_999])(
    'is ours to mend, whatever the number: %i',
    (errcode) => {
      expect(REASONS[meaningOf('token', errcode).reason]).toBe('ours');
    },
  );

  it.each([-1, 45009, 45011])('waits where the platform only asks for patience: %i', (errcode) => {
    expect(REASONS[meaningOf('token', errcode).reason]).toBe('retry');
  });

  it('speaks of the secret where the platform says "invalid credential"', () => {
    expect(meaningOf('token', 40001).zh).toMatch(/AppSecret/);
    expect(meaningOf('custom.text', 40001).reason).toBe('token_renewing');
  });

  it('reaches the caller of any call as something to try again, with the number for people', async () => {
    const platform = await startPlatform();
    try {
      platform.on('/cgi-bin/stable_token', answers({ errcode: 89_503, errmsg: 'wait for the administrator' }));
      const error = await rejectionOf(clientFor(platform).client.getMedia('m'));
      expect([error.code, error.details]).toMatchObject([
        'platform_retry',
        { api: 'token', outcome: 'ours', reason: 'not_let_in', errcode: 89_503 },
      ]);
    } finally {
      await platform.close();
    }
  });
});
