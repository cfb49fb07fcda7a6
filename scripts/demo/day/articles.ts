import type { Office } from '../accounts.ts';
import { drawPicture, type Scene } from '../content/pictures.ts';
import { SAMPLE_ARTICLES, type SampleArticle } from '../content/sample-articles.ts';
import type { Clerk } from '../office.ts';
import { held, quote, type Stage } from '../stage.ts';

interface ArticleView {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly contentHash: string;
  readonly status: string;
  readonly publicPath: string;
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
  const written = await write(editor, sample, {
    villageCode: sample.village === undefined ? null : (meta.villages[sample.village]?.code ?? null),
    coverMediaId: pictures.get(sample.scene) ?? (await upload(editor, sample.scene, pictures)),
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

/** One article's way to the public, with the refusals on it. */
export async function playApproval(stage: Stage, office: Office, web: string): Promise<PublishedArticle> {
  const [editor, leader, other] = [office.clerk('editor'), office.clerk('leader'), office.clerk('leader2')];
  const title = `本周服务预告（示例，${new Date().toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false })}）`;
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
