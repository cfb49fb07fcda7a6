import type { Office } from '../accounts.ts';
import type { Resident } from '../phones.ts';
import { held, quote, type Stage } from '../stage.ts';
import { type ArticleView, uniqueTitle, writeAndSubmit } from './articles.ts';

interface PersonalDataFound {
  readonly error: { readonly details?: { readonly places?: readonly Place[] } };
}

interface Place {
  readonly name: string;
  readonly place: string;
  readonly shown: string;
}

/** Nobody's: the region does not exist, the check digit is right. */
const ID_NUMBER = '999999199001010000';

/** An article that a leader sends back, one that says too much of a person, one that is taken off the page again. */
export async function playRefusals(stage: Stage, office: Office, web: string, resident: Resident): Promise<void> {
  await playRejection(stage, office);
  await playPersonalData(stage, office, web);
  await playWithdrawal(stage, office, web, resident);
}

async function playRejection(stage: Stage, office: Office): Promise<void> {
  await stage.step('leader sends an article back with a reason', async () => {
    const written = await writeAndSubmit(office.clerk('editor'), {
      title: uniqueTitle('集市摆摊位置调整通知'),
      categoryCode: 'zw_qzly',
      bodyHtml: '<p>集市摊位从本周起调整。</p><p>（示例内容，仅供演示。）</p>',
    });
    const reason = '没有写清楚调整到哪里、从哪一天开始。';
    await office.clerk('leader').post(`/articles/${written.id}/reject`, { reason });
    const seen = await office.clerk('editor').get<ArticleView>(`/articles/${written.id}`);
    held(seen.status === 'rejected' && seen.rejection?.reason === reason, `the editor sees ${seen.status}`);
    return `editor sees ${seen.status}: ${quote(reason)}`;
  });
}

async function playPersonalData(stage: Stage, office: Office, web: string): Promise<void> {
  const editor = office.clerk('editor');
  const leader = office.clerk('leader');
  const body = (idNumber: string): string =>
    `<p>临时救助1户，发放1,500元。</p><table><tr><th>对象</th><th>身份证号</th></tr><tr><td>示例对象</td><td>${idNumber}</td></tr></table><p>（示例内容，仅供演示。）</p>`;
  const written = await stage.make('an article with an ID number in a table meets the approval', async () => {
    const submitted = await writeAndSubmit(editor, {
      title: uniqueTitle('临时救助发放公示'),
      categoryCode: 'cw_shjz',
      bodyHtml: body(withCheckDigit(ID_NUMBER)),
    });
    const { contentHash } = submitted;
    const refused = await leader.ask<PersonalDataFound>('POST', `/articles/${submitted.id}/approve`, { contentHash });
    held(refused.code === 'personal_data_found', `it is answered ${refused.status} ${refused.code}`);
    const places = refused.body.error.details?.places ?? [];
    const words = places.map(({ name, place, shown }) => `${name} ${shown}, ${place}`).join('; ');
    held(words !== '', 'it does not say where');
    return [submitted, `${refused.status} ${refused.code}: ${words}`];
  });
  await stage.step('the editor covers the number, the leader approves', async () => {
    const shorter = await editor.patch<ArticleView>(`/articles/${written.id}`, {
      baseVersion: written.version,
      bodyHtml: body('（已略去）'),
    });
    const { contentHash } = await editor.post<ArticleView>(`/articles/${shorter.id}/submit`);
    const approved = await leader.post<ArticleView>(`/articles/${shorter.id}/approve`, { contentHash });
    const page = await fetch(`${web}${approved.publicPath}`);
    held(page.status === 200 && !(await page.text()).includes('999999'), `its page answers ${page.status}`);
    return `${approved.status}, version ${approved.version}`;
  });
}

async function playWithdrawal(stage: Stage, office: Office, web: string, resident: Resident): Promise<void> {
  await stage.step('dispatcher withdraws an article that turned out wrong', async () => {
    const title = uniqueTitle('停电检修通知');
    const written = await writeAndSubmit(office.clerk('editor'), {
      title,
      categoryCode: 'zw_qzly',
      bodyHtml: '<p>明天上午检修线路，停电三小时。</p><p>（示例内容，仅供演示。）</p>',
    });
    const { id, contentHash, publicPath } = written;
    await office.clerk('leader').post(`/articles/${id}/approve`, { contentHash });
    const before = (await fetch(`${web}${publicPath}`)).status;
    const reason = '供电所通知检修改期。';
    await office.clerk('dispatcher').post(`/articles/${id}/withdraw`, { reason });
    const page = await fetch(`${web}${publicPath}`);
    held(before === 200 && page.status === 410, `its page answers ${before}, then ${page.status}`);
    held((await page.text()).includes(reason), 'its page does not say why');
    const found = await resident.say('停电检修');
    held(!found.includes(id), `search still finds it: ${quote(found)}`);
    return `page ${before}, then ${page.status} with ${quote(reason)}; search no longer finds it`;
  });
}

/** The 18th character by GB 11643 (mod 11-2). */
function withCheckDigit(number: string): string {
  const sum = Array.from(number.slice(0, 17), Number).reduce(
    (total, digit, index) => total + digit * (2 ** (17 - index) % 11),
    0,
  );
  return `${number.slice(0, 17)}${'10X98765432'[sum % 11]}`;
}
