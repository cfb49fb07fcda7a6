import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { complain, openOffice, type List, type Office, type Whole } from './office.ts';

const { uri } = testDatabase();
const DAY = 86_400_000;
let here: Office;
const tickets: Record<string, string> = {};
beforeAll(async () => {
  here = await openOffice({ uri });
  const keep = async (name: string, over: Readonly<Record<string, unknown>>): Promise<void> => {
    tickets[name] = (await here.enter(over)).ticket;
  };
  await keep('water', { kind: 'help', villageCode: 'v01', text: '水管漏水已经三天' });
  await keep('lamp', { kind: 'complain', villageCode: 'v02', text: '有一盏路灯坏了' });
  await keep('fees', { kind: 'consult', villageCode: 'v01', text: '合作医疗怎么缴费' });
  tickets['held'] = await here.assigned({ kind: 'suggest', villageCode: 'v02', text: '广场再加几盏路灯' });
});

const list = async (query: string, who = here.dispatcher): Promise<string[]> =>
  (await who.get<List>(`/complaints?${query}`)).items.map(({ ticket }) => ticket);
const of = (...names: string[]): string[] => names.map((name) => tickets[name] ?? '');

describe('the list of complaints', () => {
  it('is newest first', async () => {
    expect(await list('')).toEqual(of('held', 'fees', 'lamp', 'water'));
  });

  it.each([
    ['status=received', ['fees', 'lamp', 'water']],
    ['unit=mzb', ['held']],
    ['kind=complain', ['lamp']],
    ['villageCode=v01', ['fees', 'water']],
    ['villageCode=v02&status=assigned&kind=suggest', ['held']],
    ['q=%E8%B7%AF%E7%81%AF', ['held', 'lamp']],
    ['q=%E8%B7%AF%E7%81%AF&villageCode=v02&status=received', ['lamp']],
    ['q=%E6%80%8E%E4%B9%88%E5%8A%9E', []],
    ['q=', ['held', 'fees', 'lamp', 'water']],
    ['callNeeded=true', []],
    ['overdue=true', []],
    ['overdue=false', ['held', 'fees', 'lamp', 'water']],
  ])('with %s holds %j', async (query, names) => {
    expect(await list(query)).toEqual(of(...names));
  });

  it('finds a ticket by its number', async () => {
    expect(await list(`q=${tickets['lamp']}`)).toEqual(of('lamp'));
    expect(await list(`q=${tickets['lamp']}&villageCode=v01`)).toEqual([]);
    expect(await list('q=20250101-0001')).toEqual([]);
  });

  it('is for a clerk that of the own unit, whatever is asked for', async () => {
    expect(await list('', here.clerk)).toEqual(of('held'));
    expect(await list('', here.stranger)).toEqual([]);
    expect(await list('unit=mzb', here.stranger)).toEqual([]);
    expect(await list(`q=${tickets['held']}`, here.stranger)).toEqual([]);
  });

  it('comes in pages without gap or repeat', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: List = await here.dispatcher.get(`/complaints?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ ticket }) => ticket));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(of('held', 'fees', 'lamp', 'water'));
  });

  it.each([
    'status=open',
    'kind=tipoff',
    'unit[$ne]=x',
    'unknown=1',
    'limit=0',
    'limit=101',
    'limit=a',
    'overdue=yes',
    'status=received&status=closed',
    'cursor=abc',
    `cursor=${Buffer.from('[1e300,"x"]').toString('base64url')}`,
    `cursor=${Buffer.from(`[1e300,"${'a'.repeat(24)}"]`).toString('base64url')}`,
    `q=${'a'.repeat(101)}`,
  ])('refuses %s', async (query) => {
    expect((await here.dispatcher.request('GET', `/complaints?${query}`)).status).toBe(400);
  });

  it('is not for roles that read no complaints', async () => {
    for (const role of ['editor', 'discipline', 'admin']) {
      expect((await (await here.town.staff(role)).request('GET', '/complaints')).status, role).toBe(403);
    }
  });
});

describe('similar complaints', () => {
  it('of the same village are shown with why, and to a clerk only those of the own unit', async () => {
    const { similar } = await here.clerk.get<Whole>(`/complaints/${tickets['held']}`);
    expect(similar).toEqual([]);
    const one = await here.assigned({ villageCode: 'v03', text: '村东头的水渠堵了，水流不到地里' });
    const two = (await here.enter({ villageCode: 'v03', text: '水渠又堵了，村东头的地浇不上水' })).ticket;
    await here.enter({ villageCode: 'v04', text: '村东头的水渠堵了，水流不到地里' });
    const seen = await here.dispatcher.get<Whole>(`/complaints/${one}`);
    expect(seen.similar).toMatchObject([
      { ticket: two, status: 'received', excerpt: '水渠又堵了，村东头的地浇不上水' },
    ]);
    expect(seen.similar[0]?.why).toContain('水渠');
    expect((await here.clerk.get<Whole>(`/complaints/${one}`)).similar).toEqual([]);
  });

  it('are found by place where the words differ', async () => {
    const [a, b] = [await here.town.resident(), await here.town.resident()];
    const one = await complain(a, async () => {
      await a.text('坑太大');
      await a.place(35.43, 106.33);
    });
    const two = await complain(b, async () => {
      await b.text('这里积水');
      await b.place(35.4315, 106.33);
    });
    const { similar } = await here.dispatcher.get<Whole>(`/complaints/${one.ticket}`);
    expect(similar).toMatchObject([{ ticket: two.ticket, why: '地点相距约 170 米' }]);
  });
});

describe('time going by', () => {
  it('makes open complaints overdue and closes answered ones', async () => {
    const answered = await here.assigned();
    await here.clerk.post(`/complaints/${answered}/answer`, { text: '修好了' });
    expect(await here.town.sweep('complaints.close')).toBe(0);
    here.town.clock.move(40 * DAY);
    expect(await list('overdue=true')).toEqual(expect.arrayContaining(of('held', 'fees', 'lamp', 'water')));
    expect(await list('overdue=false')).not.toContain(tickets['lamp']);
    expect(await list('overdue=true&status=received')).not.toContain(tickets['held']);
    expect(await list('overdue=true')).not.toContain(answered);
    await here.town.sweep('complaints.close');
    expect((await here.clerk.get<Whole>(`/complaints/${answered}`)).status).toBe('closed');
  });
});
