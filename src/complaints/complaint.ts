import type { StateTable } from '../kernel/index.ts';
import type { Rule } from '../deadlines/index.ts';

export const COMPLAINT_KINDS = ['consult', 'help', 'complain', 'suggest'] as const;
export type ComplaintKind = (typeof COMPLAINT_KINDS)[number];
export const KIND_NAMES: Readonly<Record<ComplaintKind, string>> = {
  consult: '咨询',
  help: '求助',
  complain: '投诉',
  suggest: '建议',
};

export const COMPLAINT_STATUSES = [
  'received',
  'accepted',
  'refused',
  'assigned',
  'answered',
  'closed',
  'reopened',
] as const;
export type ComplaintStatus = (typeof COMPLAINT_STATUSES)[number];
export type ComplaintMove = 'accept' | 'refuse' | 'assign' | 'answer' | 'return' | 'close' | 'reopen';

/** Design §4: the moves of a complaint. What is not here cannot happen. */
export const COMPLAINT_STATES: StateTable<ComplaintStatus, ComplaintMove> = {
  received: { accept: 'accepted', refuse: 'refused' },
  accepted: { assign: 'assigned' },
  refused: {},
  assigned: { answer: 'answered', return: 'accepted' },
  answered: { close: 'closed', reopen: 'reopened' },
  closed: { reopen: 'reopened' },
  reopened: { assign: 'assigned' },
};

/** Statuses in which somebody of the office still owes something: what `overdue` looks at. */
export const OPEN_STATUSES: readonly ComplaintStatus[] = ['received', 'accepted', 'assigned', 'reopened'];

export const SOURCES = ['chat', 'phone', 'box', 'visit'] as const;
export type ComplaintSource = (typeof SOURCES)[number];

/** One thing that the resident said, or that staff wrote down for them. */
export interface ComplaintMessage {
  readonly at: Date;
  readonly from: 'resident' | 'staff';
  readonly type: 'text' | 'image' | 'voice' | 'video' | 'location';
  readonly text?: string;
  /** As it comes from chat: the platform's own id and address. Kept with the medium, not here. */
  readonly mediaId?: string;
  readonly picUrl?: string;
  /** As it is stored: the id of the medium. */
  readonly mediaRef?: string;
  readonly location?: { readonly lat: number; readonly lng: number; readonly label: string };
}

export interface ComplaintAnswer {
  readonly at: Date;
  readonly text: string;
  readonly unit: string;
}

export interface ComplaintStep {
  readonly at: Date;
  readonly move: string;
  readonly status: ComplaintStatus;
  /** The unit or office that acted; never a person's name toward residents. */
  readonly by: string;
  readonly reason?: string;
}

/** The rule that a ticket lives under, frozen on it: a later clocks.json changes nothing for it. */
export type DueRule = Rule;

export interface Complaint {
  readonly ticket: string;
  readonly sourceKey: string;
  readonly source: ComplaintSource;
  readonly openid: string | null;
  readonly kind: ComplaintKind | null;
  readonly villageCode: string;
  readonly status: ComplaintStatus;
  readonly unit: string | null;
  readonly receivedAt: Date;
  readonly dueAt: Date;
  readonly dueWhy: string;
  readonly dueAssumed: boolean;
  /** Version of clocks.json that made dueAt; frozen with the rule itself. */
  readonly ruleVersion: string;
  readonly rule: DueRule;
  readonly dueFrom: string;
  readonly extensionDays: number | null;
  readonly calendarVersion: string;
  readonly extended: boolean;
  /** Came after the resident's daily number: kept all the same, and shown to the dispatcher. */
  readonly overDaily: boolean;
  /** Sealed (docs/promises.md#p5). */
  readonly phone: string | null;
  readonly messages: readonly ComplaintMessage[];
  readonly answers: readonly ComplaintAnswer[];
  readonly history: readonly ComplaintStep[];
  readonly rating: { readonly stars: number; readonly text: string; readonly at: Date } | null;
  readonly settledAt: Date | null;
  /** Links of earlier generations open nothing any more; absent = none was ever ended. */
  readonly linkGeneration?: number;
}

/** 0,0 is what a phone says that knows no place: it lies in the sea. */
export function isPlace({ lat, lng }: { lat: number; lng: number }): boolean {
  return Math.abs(lat) > 0.01 || Math.abs(lng) > 0.01;
}

/** `138****1234`; anything short is hidden whole. */
export function maskPhone(phone: string): string {
  return phone.length >= 7 ? `${phone.slice(0, 3)}****${phone.slice(-4)}` : '****';
}
