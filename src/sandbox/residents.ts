import type { InboxEntry } from './contract.ts';
import { newOpenid } from './random.ts';
import type { SandboxTime } from './time.ts';

/**
 * What opens the platform's ledger of customer-service messages (docs/wechat-platform.md#customer-service): how many,
 * for how many seconds.
 */
const ALLOWANCES = {
  message: { count: 5, seconds: 48 * 3_600 },
  menu: { count: 3, seconds: 60 },
  subscribe: { count: 3, seconds: 60 },
  scan: { count: 3, seconds: 60 },
} as const;

export type AllowanceKind = keyof typeof ALLOWANCES;

export interface Resident {
  readonly openid: string;
  /** 1, 2, 3 …: the name that the phone page shows. */
  readonly number: number;
  following: boolean;
  subscribedAt: number;
  /** Scene of the code they followed by, or null. */
  scene: string | null;
  remark: string;
  readonly tagIds: Set<number>;
  readonly allowances: Map<AllowanceKind, { left: number; until: number }>;
  readonly inbox: InboxEntry[];
  /** Pushes received by calendar month: a service account has four a month for each follower. */
  readonly pushesByMonth: Map<string, number>;
}

interface Residents {
  /** A new phone; with `openid` one that this account knew before the platform was started anew. */
  add(openid?: string): Resident;
  get(openid: string): Resident | undefined;
  all(): readonly Resident[];
  /** In the order in which they followed. */
  followers(): readonly Resident[];
  followerCount(): number;
  follow(resident: Resident, scene: string | null): void;
  /** Tags and open allowances end with the following. */
  unfollow(resident: Resident): void;
  allow(resident: Resident, kind: AllowanceKind): void;
  /** Uses one customer-service message; the shortest-lived allowance first. */
  spend(resident: Resident): 'spent' | 'none_left' | 'not_open';
  show(resident: Resident, entry: Omit<InboxEntry, 'seq' | 'at'>): void;
}

export function createResidents(time: SandboxTime): Residents {
  const everyone = new Map<string, Resident>();
  const following = new Map<string, Resident>();

  return {
    add(openid = newOpenid()) {
      const resident: Resident = {
        openid,
        number: everyone.size + 1,
        following: false,
        subscribedAt: 0,
        scene: null,
        remark: '',
        tagIds: new Set(),
        allowances: new Map(),
        inbox: [],
        pushesByMonth: new Map(),
      };
      everyone.set(resident.openid, resident);
      return resident;
    },
    get: (openid) => everyone.get(openid),
    all: () => [...everyone.values()],
    followers: () => [...following.values()],
    followerCount: () => following.size,
    follow(resident, scene) {
      if (!resident.following) Object.assign(resident, { following: true, subscribedAt: time.seconds(), scene });
      following.set(resident.openid, resident);
    },
    unfollow(resident) {
      resident.following = false;
      resident.tagIds.clear();
      resident.allowances.clear();
      following.delete(resident.openid);
    },
    allow(resident, kind) {
      const { count, seconds } = ALLOWANCES[kind];
      resident.allowances.set(kind, { left: count, until: time.seconds() + seconds });
    },
    spend(resident) {
      const open = [...resident.allowances.values()].filter(({ until }) => until > time.seconds());
      if (!resident.following || open.length === 0) return 'not_open';
      const best = open.filter(({ left }) => left > 0).sort((a, b) => a.until - b.until)[0];
      if (best === undefined) return 'none_left';
      best.left -= 1;
      return 'spent';
    },
    show(resident, entry) {
      resident.inbox.push({ seq: resident.inbox.length + 1, at: time.now().toISOString(), ...entry });
    },
  };
}
