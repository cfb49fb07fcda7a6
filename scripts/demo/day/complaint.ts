import type { Office } from '../accounts.ts';
import type { Resident } from '../phones.ts';
import { held, quote, type Stage } from '../stage.ts';

interface ComplaintView {
  readonly ticket: string;
  readonly status: string;
  readonly dueAt: string;
  readonly dueWhy: string;
  readonly unit: string | null;
  readonly messages: readonly { readonly type: string }[];
  readonly rating?: { readonly stars: number };
}

const TICKET = /\d{8}-\d{4,}/;

/** A resident complains by the flow and holds a ticket. */
export async function playComplaint(stage: Stage, resident: Resident, stranger: Resident): Promise<string> {
  await stage.step(`${resident.name} complains: menu, kind, village, text, 完成, 跳过`, async () => {
    await resident.say({ type: 'click', key: 'COMPLAINT_NEW' });
    await resident.say('2');
    await resident.say('1');
    await resident.say('村口的排水沟堵了，下雪后水漫到路上。');
    await resident.say('结冰了老人摔跤，请来清一清。');
    await resident.say('完成');
    const summary = await resident.say('跳过');
    held(summary.includes('排水沟') && summary.includes('确认'), `the summary says ${quote(summary)}`);
    return `phone shows ${quote(summary, 90)}`;
  });
  const ticket = await stage.make(`${resident.name} sends 确认`, async () => {
    const done = await resident.say('确认');
    const given = TICKET.exec(done)?.[0];
    held(given !== undefined, `no ticket in ${quote(done)}`);
    const url = /https?:\/\/[^\s"<>]+/.exec(done)?.[0] ?? '';
    const page = await fetch(url);
    held(page.status === 200 && (await page.text()).includes(given), `the ticket's page answers ${page.status}`);
    return [given, `phone shows ${quote(done, 80)}; its page opens`];
  });
  await stage.step(`${resident.name} sends 查询; ${stranger.name} may not see it`, async () => {
    const own = await resident.say('查询');
    held(own.includes(ticket) && own.includes('已收到'), `查询 says ${quote(own)}`);
    const foreign = await stranger.say(`查询 ${ticket}`);
    held(!foreign.includes('排水沟') && !foreign.includes('已收到'), `a stranger reads ${quote(foreign)}`);
    return `${quote(own)}; the stranger reads ${quote(foreign, 30)}`;
  });
  return ticket;
}

/** Whoever does not like to type sends a photo, and whoever changes their mind leaves. */
export async function playPhoto(stage: Stage, office: Office, resident: Resident): Promise<void> {
  await stage.step(`${resident.name} begins a complaint and leaves with 取消`, async () => {
    await resident.say('投诉');
    const left = await resident.say('取消');
    const mine = await resident.say('查询');
    held(!TICKET.test(mine), `查询 says ${quote(mine)}`);
    return `phone shows ${quote(left)}; 查询 then says ${quote(mine)}`;
  });
  await stage.step(`${resident.name} sends a photo, then 1, the village and 确认`, async () => {
    const offer = await resident.say({ type: 'image' });
    await resident.say('1');
    await resident.say('3');
    const done = await resident.say('确认');
    const ticket = TICKET.exec(done)?.[0];
    held(ticket !== undefined, `no ticket in ${quote(done)} after ${quote(offer)}`);
    const seen = await office.clerk('dispatcher').get<ComplaintView>(`/complaints/${ticket}`);
    const photos = seen.messages.filter(({ type }) => type === 'image');
    held(photos.length === 1, `the office sees ${photos.length} photos`);
    return `phone shows ${quote(offer, 40)}, then ticket ${ticket}; it waits for the office, with the photo`;
  });
}

/** The office settles it, the resident reads the answer and rates it. */
export async function playAnswer(stage: Stage, office: Office, resident: Resident, ticket: string): Promise<void> {
  const dispatcher = office.clerk('dispatcher');
  const clerk = office.clerk('clerk');
  const unit = office.accounts.find(({ username }) => username === 'clerk')?.unit ?? '';
  const unitName = office.meta.units.find(({ code }) => code === unit)?.name ?? unit;
  await stage.step(`dispatcher accepts ${ticket} and assigns it to ${unitName}`, async () => {
    const accepted = await dispatcher.post<ComplaintView>(`/complaints/${ticket}/accept`);
    const assigned = await dispatcher.post<ComplaintView>(`/complaints/${ticket}/assign`, { unit });
    held(assigned.status === 'assigned' && assigned.unit === unit, `it is ${assigned.status}`);
    return `${accepted.status}, ${assigned.status}; due ${assigned.dueAt.slice(0, 10)}: ${quote(assigned.dueWhy)}`;
  });
  await stage.step('clerk answers', async () => {
    const text = '已安排人员今天下午清沟并撒防滑沙，明天上午回访。';
    const answered = await clerk.post<ComplaintView>(`/complaints/${ticket}/answer`, { text });
    held(answered.status === 'answered', `it is ${answered.status}`);
    const told = await resident.waitFor('the answer on the phone', (line) => line.text?.includes(text) === true);
    return `${resident.name}'s phone shows ${quote(told.text ?? '', 80)} (${told.via})`;
  });
  await stage.step(`${resident.name} answers with a bare 5`, async () => {
    const thanks = await resident.say('5');
    const seen = await dispatcher.get<ComplaintView>(`/complaints/${ticket}`);
    held(seen.rating?.stars === 5, `the office sees ${JSON.stringify(seen.rating)} after ${quote(thanks)}`);
    return `phone shows ${quote(thanks)}; the office sees ${seen.rating.stars} of 5`;
  });
  await stage.step('dispatcher closes it', async () => {
    const closed = await dispatcher.post<ComplaintView>(`/complaints/${ticket}/close`);
    held(closed.status === 'closed', `it is ${closed.status}`);
    const own = await resident.say(`查询 ${ticket}`);
    held(own.includes('已办结'), `查询 says ${quote(own)}`);
    return `phone shows ${quote(own, 80)}`;
  });
}
