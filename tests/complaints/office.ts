import type { StaffClient } from '../support/staff-client.ts';
import type { Phone } from '../support/phone.ts';
import { startTown, type Town, type TownOptions } from '../support/town.ts';

/** A complaint as the API shows it; only what tests look at. */
export interface Whole {
  readonly ticket: string;
  readonly status: string;
  readonly kind: string | null;
  readonly unit: string | null;
  readonly source: string;
  readonly phone: string | null;
  readonly receivedAt: string;
  readonly dueAt: string;
  readonly dueWhy: string;
  readonly dueAssumed: boolean;
  readonly ruleVersion: string;
  readonly extended: boolean;
  readonly overDaily: boolean;
  readonly callNeeded: boolean;
  readonly messages: readonly {
    readonly from: string;
    readonly type: string;
    readonly text?: string;
    readonly mediaId?: string;
    readonly mediaState?: string;
    readonly mediaNote?: string;
    readonly contentType?: string;
    readonly location?: { lat: number; lng: number; label: string };
  }[];
  readonly notes: readonly { readonly by: string; readonly text: string }[];
  readonly answers: readonly { readonly text: string; readonly unit: string }[];
  readonly rating?: { readonly stars: number };
  readonly history: readonly { readonly move: string; readonly status: string; readonly reason?: string }[];
  readonly similar: readonly {
    readonly ticket: string;
    readonly status: string;
    readonly excerpt: string;
    why: string;
  }[];
  readonly notices: readonly { readonly kind: string; readonly state: string }[];
}

export interface List {
  readonly items: readonly (Whole & { readonly overdue: boolean; readonly excerpt: string })[];
  readonly nextCursor: string | null;
}

export interface Office {
  readonly town: Town;
  readonly dispatcher: StaffClient;
  readonly leader: StaffClient;
  readonly supervisor: StaffClient;
  /** Of unit mzb, and of unit lyz. */
  readonly clerk: StaffClient;
  readonly stranger: StaffClient;
  /** Writes a complaint down for somebody at the counter; answers it. */
  enter(over?: Readonly<Record<string, unknown>>): Promise<Whole>;
  /** In the hands of unit mzb. */
  assigned(over?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** A town whose staff stay signed in while days go by. */
export async function openOffice(options: TownOptions): Promise<Office> {
  const town = await startTown({ ...options, limits: { sessionHours: 100_000, ...options.limits } });
  const dispatcher = await town.staff('dispatcher');
  const enter = (over: Readonly<Record<string, unknown>> = {}): Promise<Whole> =>
    dispatcher.post('/complaints', { kind: 'help', villageCode: 'v01', text: '路灯不亮', source: 'visit', ...over });
  return {
    town,
    dispatcher,
    leader: await town.staff('leader'),
    supervisor: await town.staff('supervisor'),
    clerk: await town.staff('clerk', 'mzb'),
    stranger: await town.staff('clerk', 'lyz'),
    enter,
    assigned: async (over) => {
      const { ticket } = await enter(over);
      await dispatcher.post(`/complaints/${ticket}/accept`);
      await dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
      return ticket;
    },
  };
}

/** What a resident does to hand in a complaint of kind 投诉 in the first village; `say` brings the matter. */
export async function complain(
  phone: Phone,
  say: () => Promise<unknown> = () => phone.text('村口的路灯不亮'),
): Promise<{ ticket: string; link: string }> {
  await phone.texts('投诉', '3', '1');
  await say();
  const done = await phone.texts('完成', '跳过', '确认');
  const ticket = /\d{8}-\d{4,}/.exec(done ?? '')?.[0];
  const link = /https?:\/\/[\w.:-]+\/complaints\/[\w.?=-]+/.exec(done ?? '')?.[0];
  if (ticket === undefined || link === undefined) throw new Error(`no ticket in ${done}`);
  return { ticket, link };
}
