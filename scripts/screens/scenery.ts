import { openOffice, type Office } from '../demo/accounts.ts';
import { createPhones } from '../demo/phones.ts';
import { until } from '../demo/stage.ts';
import type { DemoFacts } from './demo.ts';

/** What the pictures show, by address. Paths of pages start at the service, paths of screens at `/console`. */
export interface Scenery {
  readonly office: Office;
  /** Public, with a picture and a table where the samples have one. */
  readonly article: string;
  readonly category: string;
  readonly village: string;
  /** Withdrawn. */
  readonly withdrawn: string;
  /** A new version of a public article that waits for a leader. */
  readonly waiting: string;
  /** Sent back to its writer. */
  readonly returned: string;
  /** Approved, not scheduled. */
  readonly briefingApproved: string;
  readonly briefingDelivered: string;
  /** Signed address of the resident's own page of a complaint. */
  readonly ticketPage: string;
  /** With text, photo, voice and place, assigned to the clerk's unit. */
  readonly ticket: string;
  readonly tipoff: string;
}

interface Row {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly version: number;
  readonly contentHash: string;
  readonly publicPath: string;
  readonly categoryCode: string;
  readonly bodyHtml: string;
}
interface Page<T> {
  readonly items: readonly T[];
}

/** Adds to the demo's day what an office has lying about on any morning, by the public interfaces alone. */
export async function setScenery(facts: DemoFacts): Promise<Scenery> {
  const office = await openOffice(facts.web, facts.staff[0]?.password ?? '');
  const published = await office.clerk('editor').get<Page<Row>>('/articles?status=published&limit=50');
  const [first, second, third] = published.items.filter(({ title }) => !title.includes('，'));
  if (first === undefined || second === undefined || third === undefined) throw new Error('the demo has no articles');
  const briefings = await office.clerk('dispatcher').get<Page<Row>>('/briefings?limit=50');
  const tipoffs = await office.clerk('discipline').get<Page<{ code: string }>>('/tipoffs');
  const said = await complain(facts, office);
  return {
    office,
    article: first.publicPath,
    category: `/categories/${first.categoryCode}`,
    village: `/villages/${office.meta.villages[0]?.code}`,
    waiting: await changeAndSubmit(office, second.id),
    withdrawn: await withdraw(office, third),
    returned: await sendBack(office, first.categoryCode),
    briefingApproved: await approvedBriefing(office, [first.id, second.id]),
    briefingDelivered: briefings.items.find(({ status }) => status === 'delivered')?.id ?? '',
    ...said,
    tipoff: tipoffs.items[0]?.code ?? '',
  };
}

/** A public article gets a new sentence with a phone number in it, which the check before approval finds. */
async function changeAndSubmit(office: Office, id: string): Promise<string> {
  const editor = office.clerk('editor');
  const { version, bodyHtml } = await editor.get<Row>(`/articles/${id}`);
  await editor.patch(`/articles/${id}`, {
    baseVersion: version,
    bodyHtml: `${bodyHtml}<p>办理时间改为每周一至周五，咨询请打经办人电话 13800000000。</p>`,
  });
  await editor.post(`/articles/${id}/submit`);
  return id;
}

async function withdraw(office: Office, { id, publicPath }: Row): Promise<string> {
  await office.clerk('leader').post(`/articles/${id}/withdraw`, { reason: '数字有误，核对后重新公开。' });
  return publicPath;
}

async function sendBack(office: Office, categoryCode: string): Promise<string> {
  const editor = office.clerk('editor');
  const { id } = await editor.post<Row>('/articles', {
    title: '冬季护林防火值班安排（示例）',
    categoryCode,
    bodyHtml: '<p>各村护林员每天上午、下午各巡山一次。</p><p>（示例内容，仅供演示。）</p>',
  });
  await editor.post(`/articles/${id}/submit`);
  await office.clerk('leader').post(`/articles/${id}/reject`, { reason: '请补上值班电话和时间。' });
  return id;
}

async function approvedBriefing(office: Office, articleIds: readonly string[]): Promise<string> {
  const dispatcher = office.clerk('dispatcher');
  const { id } = await dispatcher.post<Row>('/briefings', {
    title: '一周简报（示例）',
    articleIds: articleIds.slice(0, 1),
    audience: { kind: 'all' },
  });
  await dispatcher.post(`/briefings/${id}/submit`);
  await office.clerk('leader').post(`/briefings/${id}/approve`);
  return id;
}

/** A resident complains with all that a phone can send; the office accepts it and gives it to the clerk's unit. */
async function complain(facts: DemoFacts, office: Office): Promise<{ ticket: string; ticketPage: string }> {
  const phones = createPhones(facts.sandbox);
  const { resident } = await phones.follow('群众丁');
  for (const words of ['投诉', '2', '1', '村口的路灯坏了三天，晚上老人不敢出门。']) await resident.say(words);
  await resident.say({ type: 'image' });
  await resident.say({ type: 'voice' });
  await resident.say({ type: 'location', lat: 35.47, lng: 106.33, label: '示例一村村口' });
  for (const words of ['完成', '13800000000']) await resident.say(words);
  const done = await resident.say('确认');
  const ticket = /\d{8}-\d{4,}/.exec(done)?.[0] ?? '';
  const ticketPage = /https?:\/\/[^\s"<>]+/.exec(done)?.[0] ?? '';
  const dispatcher = office.clerk('dispatcher');
  await dispatcher.post(`/complaints/${ticket}/accept`);
  const unit = office.accounts.find(({ username }) => username === 'clerk')?.unit;
  await dispatcher.post(`/complaints/${ticket}/assign`, { unit });
  await office.clerk('clerk').post(`/complaints/${ticket}/note`, { text: '已联系电工，明天上午到现场。' });
  await until('photo and voice are fetched', async () => {
    const { messages } = await dispatcher.get<{ messages: readonly { type: string; mediaId?: string }[] }>(
      `/complaints/${ticket}`,
    );
    const media = messages.filter(({ type }) => type === 'image' || type === 'voice');
    return media.length > 1 && media.every(({ mediaId }) => mediaId !== undefined) ? true : undefined;
  });
  for (const text of ['我家门口的水渠堵了，什么时候来清？', '建议在村委会门口装一个公示栏。']) {
    const { resident: other } = await phones.follow('群众戊');
    for (const words of ['投诉', '1', '2', text, '完成', '跳过', '确认']) await other.say(words);
  }
  return { ticket, ticketPage };
}
