import type { Office } from '../accounts.ts';
import type { Resident } from '../phones.ts';
import { held, quote, type Stage } from '../stage.ts';

interface TipoffView {
  readonly status: string;
  readonly messages: readonly { readonly text?: string }[];
}

/** 举报: another security domain. Only the discipline office reads it; the resident holds a code instead of a ticket. */
export async function playTipoff(stage: Stage, office: Office, resident: Resident): Promise<void> {
  const words = '示例：有人拿公家的车拉私活。';
  const code = await stage.make(`${resident.name} reports a wrong: 投诉, 5, text, 完成, 确认`, async () => {
    await resident.say('投诉');
    const told = await resident.say('5');
    held(told.includes('12388') || told.includes('纪'), `the chat does not say who reads it: ${quote(told)}`);
    await resident.say(words);
    await resident.say('完成');
    const done = await resident.say('确认');
    const given = /\b[A-Z0-9]{10}\b/.exec(done)?.[0];
    held(given !== undefined, `no code in ${quote(done)}`);
    return [given, `phone shows ${quote(done, 70)}`];
  });
  await stage.step('only the discipline office reads it, and answers', async () => {
    for (const username of ['dispatcher', 'leader', 'supervisor', 'admin']) {
      const refused = await office.clerk(username).ask('GET', `/tipoffs/${code}`);
      held(refused.status === 403, `${username} is answered ${refused.status}`);
    }
    const discipline = office.clerk('discipline');
    const seen = await discipline.get<TipoffView>(`/tipoffs/${code}`);
    held(
      seen.messages.some(({ text }) => text === words),
      'the discipline office does not see the text',
    );
    const answer = '已收到，正在了解情况。';
    await discipline.post(`/tipoffs/${code}/answer`, { text: answer });
    const shown = await resident.say(`查询 ${code}`);
    held(shown.includes(answer), `查询 says ${quote(shown)}`);
    return `dispatcher, leader, supervisor and admin get 403; ${resident.name} reads ${quote(shown)}`;
  });
}
