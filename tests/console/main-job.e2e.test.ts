import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { withoutBrowser } from '../support/browser.ts';
import { openDesks, PASSWORD, PHONE, pick } from './desks.ts';

describe.skipIf(withoutBrowser())('the office at its screens', { timeout: 180_000 }, () => {
  const { town, sitDown, plainCategory, visitor } = openDesks({
    env: { BRIEFING_MIN_LEAD_SECONDS: '0', WECHAT_ACCOUNT_TYPE: 'service' },
    sandbox: { type: 'service' },
  });
  const open = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  };

  it('writes, reviews on a phone, pushes; the phone shows the card and the page opens', async () => {
    const resident = await town().resident();
    const editor = await sitDown('editor');
    await open(editor.page, '信息');
    await editor.page.getByRole('button', { name: '写信息' }).click();
    await editor.page.getByLabel('标题', { exact: true }).fill('冬季清沟公告（示例）');
    await pick(editor.page, '公开目录', plainCategory());
    await editor.page.getByRole('textbox', { name: '正文', exact: true }).click();
    await editor.page.keyboard.type('十一月二十八日上午清理各村排水沟，请把车挪到路边。');
    await editor.page.getByRole('button', { name: '提交审核' }).click();
    await editor.page.getByText('等待审核').first().waitFor();

    const leader = await sitDown('leader', { size: PHONE });
    await leader.page.getByRole('link', { name: /等我审核的信息/ }).click();
    await leader.page.getByRole('link', { name: /冬季清沟公告/ }).click();
    await leader.page.getByRole('button', { name: '审核通过' }).click();
    await leader.page.getByText('已公开').first().waitFor();

    const dispatcher = await sitDown('dispatcher');
    await open(dispatcher.page, '简报');
    await dispatcher.page.getByRole('button', { name: '编简报' }).click();
    await dispatcher.page.getByLabel('简报名称').fill('第一期（示例）');
    await dispatcher.page.locator('label').filter({ hasText: '冬季清沟公告' }).click();
    await dispatcher.page.getByRole('button', { name: '提交审核' }).click();
    await dispatcher.page.getByText('等待审核').first().waitFor();

    await leader.page.goto(`${town().url}/console/briefings?status=submitted`);
    await leader.page.getByRole('link', { name: /第一期/ }).click();
    await leader.page.getByRole('button', { name: '审核通过' }).click();
    await leader.page.getByText('已审核，等排时间').first().waitFor();

    await dispatcher.page.reload();
    // A hasty double click schedules once.
    await dispatcher.page.getByRole('button', { name: '尽快推送' }).dblclick();
    await dispatcher.page.getByText('已排时间').first().waitFor();
    await vi.waitFor(
      async () => {
        await town().sweep('pushes.send');
        expect((await resident.inbox()).filter(({ via }) => via === 'push')).toHaveLength(1);
      },
      { timeout: 20_000, interval: 300 },
    );
    await dispatcher.page.getByText('已送达').first().waitFor({ timeout: 20_000 });

    const card = (await resident.inbox()).find(({ via }) => via === 'push');
    expect(card?.articles?.[0]?.title).toBe('冬季清沟公告（示例）');
    const reader = await visitor(PHONE);
    const id = new URL(dispatcher.page.url()).pathname.split('/').at(-1) ?? '';
    expect(id).toMatch(/^[0-9a-f]{24}$/);
    await reader.goto(`${town().url}/`);
    await reader.getByRole('link', { name: /冬季清沟公告/ }).click();
    await reader.getByRole('heading', { name: '冬季清沟公告（示例）' }).waitFor();
    expect([...editor.troubles, ...leader.troubles, ...dispatcher.troubles]).toEqual([]);
  });

  it('an editor may not review; the leader who wrote it is told why not', async () => {
    const leader = await sitDown('leader');
    await leader.page.goto(`${town().url}/console/articles/new`);
    await leader.page.getByLabel('标题', { exact: true }).fill('领导自己写的（示例）');
    await pick(leader.page, '公开目录', plainCategory());
    await leader.page.getByRole('textbox', { name: '正文', exact: true }).click();
    await leader.page.keyboard.type('这一条不能自己审核。');
    await leader.page.getByRole('button', { name: '提交审核' }).click();
    await leader.page.getByText('按规定不能自己审核').waitFor();
    expect(await leader.page.getByRole('button', { name: '审核通过' }).count()).toBe(0);

    const editor = await sitDown('editor');
    expect(await editor.page.getByRole('navigation', { name: '主菜单' }).getByRole('link').allInnerTexts()).toEqual([
      '工作台',
      '信息',
      '简报',
    ]);
    await editor.page.goto(`${town().url}/console/complaints`);
    await editor.page.getByText('您的角色看不了这一页').waitFor();
  });

  it('a complaint from chat is accepted, assigned, answered; the resident reads and rates', async () => {
    const resident = await town().resident();
    await resident.texts('投诉', '2', '1', '村口路灯不亮，老人晚上怕摔');
    await resident.texts('完成', '跳过');
    const ticket = /\d{8}-\d{4,}/.exec((await resident.text('确认')) ?? '')?.[0] ?? '';
    const unit = town().config.town.units[0]!;

    const dispatcher = await sitDown('dispatcher');
    await dispatcher.page.getByRole('link', { name: /新来的诉求/ }).click();
    await dispatcher.page.getByRole('link', { name: /村口路灯不亮/ }).click();
    await dispatcher.page.getByRole('button', { name: '受理', exact: true }).click();
    await pick(dispatcher.page, '交给哪个站所', unit.name);
    await dispatcher.page.getByRole('button', { name: '交办' }).click();
    await dispatcher.page.getByText('已交办').first().waitFor();

    const clerk = await sitDown('clerk', { unit: unit.code });
    await clerk.page.goto(`${town().url}/console/complaints/${ticket}`);
    await clerk.page.getByLabel('内部备注').fill('先问村里电工');
    await clerk.page.getByRole('button', { name: '记备注' }).click();
    await clerk.page.getByText('先问村里电工').first().waitFor();
    await clerk.page.getByLabel('答复（群众会收到').fill('电工今天下午去修，修好后再告诉您。');
    await clerk.page.getByRole('button', { name: '答复群众' }).click();
    await clerk.page.getByText('已答复').first().waitFor();

    await vi.waitFor(
      async () => {
        await town().sweep('notices.send');
        expect(JSON.stringify(await resident.inbox())).toContain('电工今天下午去修');
      },
      { timeout: 20_000, interval: 300 },
    );
    expect(JSON.stringify(await resident.inbox())).not.toContain('先问村里电工');
    expect(await resident.text('5')).toContain('5');
    await clerk.page.reload();
    await clerk.page.getByText('群众评价').first().waitFor();
    expect([...dispatcher.troubles, ...clerk.troubles]).toEqual([]);
  });

  it('a session that ends while writing loses nothing', async () => {
    const { page } = await sitDown('editor');
    await page.goto(`${town().url}/console/articles/new`);
    await page.getByLabel('标题', { exact: true }).fill('写到一半（示例）');
    await pick(page, '公开目录', plainCategory());
    await page.getByRole('textbox', { name: '正文', exact: true }).click();
    await page.keyboard.type('这些字不能丢。');
    await page.context().clearCookies();
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByText('登录已过期').waitFor();
    await page.getByRole('dialog').getByLabel('密码').fill(PASSWORD);
    await page.getByRole('dialog').getByRole('button', { name: '登录' }).click();
    await page.getByText(/^已保存/).waitFor();
    await expect
      .poll(() => page.getByRole('textbox', { name: '正文', exact: true }).innerText())
      .toContain('这些字不能丢。');
  });
});
