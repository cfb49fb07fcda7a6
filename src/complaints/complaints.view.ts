import type { z } from 'zod';
import type { Caller } from '../http/index.ts';
import { firstChars, type Clock } from '../kernel/index.ts';
import type { Notices } from '../notices/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import { OPEN_STATUSES, maskPhone, type ComplaintMessage } from './complaint.ts';
import type { complaintPage, complaintView } from './complaints.contract.ts';
import { mayTouch } from './complaints.policy.ts';
import type { ComplaintDoc, ComplaintStore } from './complaints.store.ts';
import { missingWords, type Medium } from './media.ts';
import type { MediaStore } from './media.store.ts';
import { SIMILAR_WITHIN_DAYS, whySimilar } from './similar.ts';

export interface PresentDeps {
  readonly store: ComplaintStore;
  readonly media: MediaStore;
  readonly notices: Pick<Notices, 'ofTicket' | 'ticketsToCall'>;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

type Row = z.input<typeof complaintPage>['items'][number];
type Whole = z.input<typeof complaintView>;

/** One line of a list: the phone masked (docs/promises.md#p5), the first words only. */
export function presentRow(deps: PresentDeps, doc: ComplaintDoc, at: { now: Date; toCall: ReadonlySet<string> }): Row {
  const phone = openPhone(deps, doc);
  return {
    ...presentHead(doc),
    overdue: OPEN_STATUSES.includes(doc.status) && doc.dueAt < at.now,
    excerpt: excerptOf(doc),
    phone: phone === null ? null : maskPhone(phone),
    callNeeded: at.toCall.has(doc.ticket),
  };
}

/** The whole of it for staff who may see it: the only place that reads notes. */
export async function presentWhole(deps: PresentDeps, caller: Caller, doc: ComplaintDoc): Promise<Whole> {
  const [notes, notices, media, similar] = await Promise.all([
    deps.store.notesOf(doc.ticket),
    deps.notices.ofTicket(doc.ticket),
    deps.media.ofTicket(doc.ticket),
    similarTo(deps, caller, doc),
  ]);
  return {
    ...presentHead(doc),
    phone: openPhone(deps, doc),
    dueWhy: doc.dueWhy,
    dueAssumed: doc.dueAssumed,
    ruleVersion: doc.ruleVersion,
    extended: doc.extended,
    messages: doc.messages.map((message) => presentMessage(message, media)),
    notes: notes.map(withTime),
    answers: doc.answers.map(withTime),
    history: doc.history.map(withTime),
    ...(doc.rating ? { rating: withTime(doc.rating) } : {}),
    similar,
    callNeeded: notices.some(({ state }) => state === 'call_needed'),
    notices: notices.map(({ kind, state, waiting, createdAt }) => ({
      kind,
      state,
      waiting,
      at: createdAt.toISOString(),
    })),
  };
}

function presentHead(doc: ComplaintDoc) {
  const { ticket, kind, status, source, villageCode, unit, overDaily } = doc;
  const times = { receivedAt: doc.receivedAt.toISOString(), dueAt: doc.dueAt.toISOString() };
  return { ticket, kind, status, source, villageCode, unit, overDaily, ...times };
}

function presentMessage(message: ComplaintMessage, media: readonly Medium[]): Whole['messages'][number] {
  const { at, from, type, text, location, mediaRef } = message;
  const said = {
    at: at.toISOString(),
    from,
    type,
    ...(text === undefined ? {} : { text }),
    ...(location === undefined ? {} : { location }),
  };
  const medium = media.find(({ id }) => id === mediaRef);
  if (!medium) return said;
  return {
    ...said,
    mediaState: medium.state,
    ...(medium.state === 'stored' ? { mediaId: medium.id } : {}),
    ...(medium.state === 'missing' ? { mediaNote: missingWords(medium) } : {}),
    ...(medium.contentType === null ? {} : { contentType: medium.contentType }),
  };
}

/** Enough to compare with: a village brings a handful a week. */
const COMPARED = 200;
const SHOWN = 10;

async function similarTo(deps: PresentDeps, caller: Caller, doc: ComplaintDoc): Promise<Whole['similar']> {
  const span = SIMILAR_WITHIN_DAYS * 86_400_000;
  const from = new Date(doc.receivedAt.getTime() - span);
  const to = new Date(doc.receivedAt.getTime() + span);
  const others = await deps.store.inVillage(doc.villageCode, from, to, COMPARED);
  return others
    .filter((other) => OPEN_STATUSES.includes(other.status) && mayTouch(caller, other))
    .flatMap((other) => {
      const why = whySimilar(doc, other);
      return why === null ? [] : [{ ticket: other.ticket, status: other.status, excerpt: excerptOf(other), why }];
    })
    .slice(0, SHOWN);
}

function excerptOf(doc: Pick<ComplaintDoc, 'messages'>): string {
  return firstChars(doc.messages.find((message) => message.text)?.text ?? '', 60);
}

function openPhone(deps: PresentDeps, doc: ComplaintDoc): string | null {
  return doc.phone === null ? null : deps.sealer.open(doc.phone, doc.ticket);
}

function withTime<T extends { at: Date }>(item: T): Omit<T, 'at'> & { at: string } {
  return { ...item, at: item.at.toISOString() };
}
