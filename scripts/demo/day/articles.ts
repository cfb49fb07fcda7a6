import type { Office } from '../accounts.ts';
import { drawPicture, type Scene } from '../content/pictures.ts';
import { SAMPLE_ARTICLES, type SampleArticle } from '../content/sample-articles.ts';
import type { Clerk } from '../office.ts';
import { held, quote, type Stage } from '../stage.ts';

export interface ArticleView {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly contentHash: string;
  readonly status: string;
  readonly publicPath: string;
  readonly rejection: { readonly reason: string } | null;
}

/** What the rest of the day builds on. */
export interface PublishedArticle {
  readonly id: string;
  readonly title: string;
  readonly path: string;
}

/** The editor writes what is missing of the sample content, a leader approves it. Kept data has it already. */
export async function loadSamples(stage: Stage, office: Office): Promise<void> {
  await stage.step(`editor writes ${SAMPLE_ARTICLES.length} sample articles, leader approves each`, async () => {
    const there = await titlesOf(office.clerk('editor'));
    const missing = SAMPLE_ARTICLES.filter(({ title }) => !there.has(title));
    const pictures = new Map<Scene, string>();
    for (const sample of missing) await publishSample(office, sample, pictures);
    const shown = missing.at(-1)?.title ?? SAMPLE_ARTICLES[0]?.title ?? '';
    return missing.length === 0
      ? 'all are there from an earlier day'
      : `${missing.length} public now, the last ${quote(shown)}`;
  });
}

async function titlesOf(editor: Clerk): Promise<Set<string>> {
  const titles = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: ArticleView[]; nextCursor: string | null } = await editor.get(`/articles?limit=100${more}`);
    for (const { title } of page.items) titles.add(title);
    cursor = page.nextCursor;
  }
  return titles;
}

async function publishSample(office: Office, sample: SampleArticle, pictures: Map<Scene, string>): Promise<void> {
  const { meta } = office;
  if (!meta.categories.some(({ code }) => code === sample.categoryCode)) return;
  const editor = office.clerk('editor');
  const picture = pictures.get(sample.scene) ?? (await upload(editor, sample.scene, pictures));
  const written = await write(editor, withPicture(sample, picture), {
    villageCode: sample.village === undefined ? null : (meta.villages[sample.village]?.code ?? null),
    coverMediaId: picture,
  });
  await editor.post(`/articles/${written.id}/submit`);
  const approved = await office.clerk('leader').post<ArticleView>(`/articles/${written.id}/approve`, {
    contentHash: written.contentHash,
    ...(sample.minutesNo === undefined
      ? {}
      : { collectiveDecision: { date: '2026-11-20', minutesNo: sample.minutesNo } }),
  });
  held(approved.status === 'published', `《${sample.title}》 is ${approved.status} after its approval`);
}

function withPicture(sample: SampleArticle, mediaId: string): SampleArticle {
  return { ...sample, body: `<figure><img src="/media/${mediaId}" alt=""></figure>${sample.body}` };
}

async function upload(editor: Clerk, scene: Scene, pictures: Map<Scene, string>): Promise<string> {
  const { id } = await editor.upload({ name: `${scene}.png`, bytes: await drawPicture(scene), type: 'image/png' });
  pictures.set(scene, id);
  return id;
}

async function write(by: Clerk, sample: SampleArticle, more: Readonly<Record<string, unknown>>): Promise<ArticleView> {
  const { title, summary, categoryCode, body, minutesNo } = sample;
  const facts = { title, summary, categoryCode, bodyHtml: body, majorDecision: minutesNo !== undefined };
  return by.post<ArticleView>('/articles', { ...facts, ...more });
}

/** A title that no earlier day has, because it names its minute and second. */
export function uniqueTitle(words: string): string {
  const time = new Date().toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false });
  return `${words}（示例，${time}）`;
}

/** Written and submitted by the same editor. */
export async function writeAndSubmit(
  editor: Clerk,
  article: { readonly title: string; readonly categoryCode: string; readonly bodyHtml: string },
): Promise<ArticleView> {
  const { id } = await editor.post<ArticleView>('/articles', article);
  return editor.post<ArticleView>(`/articles/${id}/submit`);
}

/** One article's way to the public, with the refusals on it. */
export async function playApproval(stage: Stage, office: Office, web: string): Promise<PublishedArticle> {
  const [editor, leader, other] = [office.clerk('editor'), office.clerk('leader'), office.clerk('leader2')];
  const title = uniqueTitle('本周服务预告');
  const sample: SampleArticle = {
    title,
    summary: '周三上午镇卫生院到示例一村义诊，周五下午农技员讲果树冬剪。',
    categoryCode: 'zw_qzly',
    scene: 'houses',
    body: '<p>周三上午，镇卫生院到示例一村量血压、查血糖，不收钱。</p><p>周五下午，农技员在示例三村讲果树冬剪。</p><p><em>（示例内容，仅供演示。）</em></p>',
  };
  const written = await stage.make('editor writes an article and submits it', async () => {
    const draft = await write(editor, sample, { coverMediaId: await upload(editor, 'houses', new Map()) });
    const submitted = await editor.post<ArticleView>(`/articles/${draft.id}/submit`);
    const page = await fetch(`${web}${submitted.publicPath}`);
    held(page.status === 404, `not approved, but its page answers ${page.status}`);
    return [submitted, `${submitted.status}, version ${submitted.version}; the public sees ${page.status}`];
  });
  const approve = `/articles/${written.id}/approve`;
  const edited = await stage.make('a leader corrects a word, and then may not approve it', async () => {
    const draft = await leader.patch<ArticleView>(`/articles/${written.id}`, {
      baseVersion: written.version,
      bodyHtml: sample.body.replace('不收钱', '全部免费'),
    });
    const again = await editor.post<ArticleView>(`/articles/${draft.id}/submit`);
    const refused = await leader.ask('POST', approve, { contentHash: again.contentHash });
    held(refused.status === 403, `self-approval is answered ${refused.status}`);
    return [again, `${refused.status} ${refused.code} ${quote(refused.message)}`];
  });
  const { contentHash } = edited;
  await stage.step('the editor may not approve at all', async () => {
    const refused = await editor.ask('POST', approve, { contentHash });
    held(refused.status === 403, `an editor's approval is answered ${refused.status}`);
    return `${refused.status} ${refused.code} ${quote(refused.message)}`;
  });
  await stage.step('the other leader approves exactly this text', async () => {
    const wrong = await other.ask('POST', approve, { contentHash: written.contentHash });
    held(wrong.status === 409, `approval of the older text is answered ${wrong.status}`);
    const approved = await other.post<ArticleView>(approve, { contentHash });
    const page = await fetch(`${web}${approved.publicPath}`);
    held(page.status === 200 && (await page.text()).includes('全部免费'), `its page answers ${page.status}`);
    return `${approved.status}; ${web}${approved.publicPath} opens (the older text was ${wrong.status} ${wrong.code})`;
  });
  return { id: written.id, title, path: written.publicPath };
}

/** An article of one village that waits for its briefing: the push makes it public. */
export async function playVillageArticle(stage: Stage, office: Office): Promise<PublishedArticle> {
  return stage.make('an article of one village is approved and waits for its briefing', async () => {
    const editor = office.clerk('editor');
    const title = uniqueTitle('本村自来水检修通知');
    const draft = await editor.post<ArticleView>('/articles', {
      title,
      categoryCode: 'zw_qzly',
      villageCode: office.meta.villages[0]?.code ?? null,
      bodyHtml: '<p>明天上午检修本村主管道，请提前储水。</p><p>（示例内容，仅供演示。）</p>',
      publishWith: 'briefing',
    });
    const { id, contentHash, publicPath } = await editor.post<ArticleView>(`/articles/${draft.id}/submit`);
    const { status } = await office.clerk('leader').post<ArticleView>(`/articles/${id}/approve`, { contentHash });
    held(status === 'approved', `it is ${status}`);
    return [{ id, title, path: publicPath }, `${status}, not public yet`];
  });
}
