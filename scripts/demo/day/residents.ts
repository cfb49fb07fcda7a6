import type { Office } from '../accounts.ts';
import type { Phones, Resident } from '../phones.ts';
import { held, quote, type Stage } from '../stage.ts';

interface MenuView {
  readonly same: boolean;
  readonly problems: readonly string[];
}

const quoteName = (name: string): string => `[${name}]`;

/** The office publishes the menu; three residents follow, one asks for help, searches and taps the menu. */
export async function playFollowing(stage: Stage, phones: Phones, office: Office): Promise<Resident[]> {
  const { meta } = office;
  const residents: Resident[] = [];
  await stage.step('dispatcher publishes the menu', async () => {
    const { same, problems } = await office.clerk('dispatcher').post<MenuView>('/menu/publish');
    held(same, `the platform has another menu: ${problems.join(' ')}`);
    return `the platform shows ${(await phones.menu()).map(quoteName).join(' ')}`;
  });
  const village = meta.villages[0];
  await stage.step('群众甲 follows the account', async () => {
    const { resident, welcome } = await phones.follow('群众甲');
    residents.push(resident);
    held(welcome.includes(meta.account), `the welcome says ${quote(welcome)}`);
    return `phone shows ${quote(welcome)}`;
  });
  await stage.step(`群众乙 follows by the QR code of ${village?.name ?? 'a village'}, 群众丙 without`, async () => {
    const { resident, welcome } = await phones.follow('群众乙', `village_${village?.code ?? ''}`);
    residents.push(resident, (await phones.follow('群众丙')).resident);
    return `phone shows ${quote(welcome)}`;
  });
  const [first] = residents;
  held(first !== undefined, 'nobody followed');
  await stage.step('群众甲 sends 帮助', async () => {
    const help = await first.say('帮助');
    held(help.includes('投诉') && help.includes('查询'), `help says ${quote(help)}`);
    return `phone shows ${quote(help)}`;
  });
  await stage.step('群众甲 searches 低保', async () => {
    const found = await first.say('低保');
    const url = /https?:\/\/[^\s"<>]+\/articles\/\w+/.exec(found)?.[0];
    held(url !== undefined, `no link in ${quote(found)}`);
    const page = await fetch(url);
    held(page.status === 200, `the link is answered ${page.status}`);
    return `phone shows ${quote(found, 90)}; the link opens`;
  });
  await stage.step('群众甲 taps 最新信息 in the menu', async () => {
    const latest = await first.say({ type: 'click', key: 'LATEST' });
    held(/\/articles\/\w+/.test(latest), `no link in ${quote(latest)}`);
    return `phone shows ${quote(latest, 90)}`;
  });
  return residents;
}
