import { AppError, chinaDate, formatChinaDate, newToken, startOfChinaDate, type Clock } from '../kernel/index.ts';
import { staffActor, type AuditRecorder } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import type { Notices, StaffLine } from '../notices/index.ts';
import type { Clocks, Limits, Say, Town } from '../platform/config/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import { stillPromises, type WorkingDays } from '../deadlines/index.ts';
import {
  COMPLAINT_STATES,
  OPEN_STATUSES,
  type ComplaintKind,
  type ComplaintMove,
  type ComplaintSource,
  type ComplaintStatus,
} from './complaint.ts';
import { mayCall, mayTouch } from './complaints.policy.ts';
import {
  ticketOf,
  type ComplaintChange,
  type ComplaintDoc,
  type ComplaintStore,
  type NewComplaint,
} from './complaints.store.ts';
import { countDue, dueOf } from './due.ts';
import type { TellResident, Told } from './tell.ts';

export interface ComplaintServiceDeps {
  readonly store: ComplaintStore;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly notices: Pick<Notices, 'owe' | 'called' | 'tellStaff'>;
  readonly tell: TellResident;
  readonly say: Say;
  readonly town: Town;
  readonly clocks: Clocks;
  readonly limits: Limits;
  readonly workingDays: WorkingDays;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly wordsOf: (text: string) => string[];
}

/** The moves that staff make. Each is one transaction: state, history, audit, and the notice that tells it. */
export interface ComplaintDesk {
  enter(caller: Caller, input: EnterInput): Promise<ComplaintDoc>;
  accept(caller: Caller, ticket: string, kind: ComplaintKind | undefined): Promise<ComplaintDoc>;
  refuse(caller: Caller, ticket: string, reason: string): Promise<ComplaintDoc>;
  assign(caller: Caller, ticket: string, unit: string): Promise<ComplaintDoc>;
  giveBack(caller: Caller, ticket: string, reason: string): Promise<ComplaintDoc>;
  note(caller: Caller, ticket: string, text: string): Promise<ComplaintDoc>;
  answer(caller: Caller, ticket: string, text: string): Promise<ComplaintDoc>;
  close(caller: Caller, ticket: string): Promise<ComplaintDoc>;
  extend(caller: Caller, ticket: string, days: number, reason: string): Promise<ComplaintDoc>;
  called(caller: Caller, ticket: string, result: string): Promise<ComplaintDoc>;
}

export interface EnterInput {
  readonly kind: ComplaintKind;
  readonly villageCode: string;
  readonly text: string;
  readonly phone?: string | undefined;
  readonly source: Exclude<ComplaintSource, 'chat'>;
}

/** One move of the state table, and what goes with it in its transaction. */
interface MoveOrder {
  readonly name: ComplaintMove;
  readonly make: (before: ComplaintDoc, now: Date) => Omit<ComplaintChange, 'step'> & { reason?: string };
  /** What the resident is told; left out = nothing. */
  readonly told?: (after: ComplaintDoc) => Told | null;
  readonly alsoIn?: (tx: Tx, after: ComplaintDoc) => Promise<void>;
}

export function createComplaintDesk(deps: ComplaintServiceDeps): ComplaintDesk {
  const { store, transact, audit, clock, town } = deps;

  const officeOf = (caller: Caller): string =>
    town.units.find((unit) => unit.code === caller.unit)?.name ?? town.office;

  const load = async (tx: Tx, caller: Caller, ticket: string): Promise<ComplaintDoc> => {
    const found = await store.byTicket(ticket, tx);
    // A foreign unit's complaint is as unknown as one that does not exist.
    if (!found || !mayTouch(caller, found)) throw new AppError('not_found');
    return found;
  };

  const move = (caller: Caller, ticket: string, { name, make, told, alsoIn }: MoveOrder): Promise<ComplaintDoc> =>
    transact(async (tx) => {
      const before = await load(tx, caller, ticket);
      const status = COMPLAINT_STATES[before.status][name];
      if (!status) throw new AppError('wrong_state');
      const now = clock.now();
      const { reason, set, ...change } = make(before, now);
      const step = { at: now, move: name, status, by: officeOf(caller), ...(reason === undefined ? {} : { reason }) };
      const after = await store.change(tx, ticket, [before.status], { ...change, set: { ...set, status }, step });
      if (!after) throw new AppError('wrong_state');
      await record(tx, caller, { verb: name, before: before.status, after: status, ticket, reason });
      if (told) await deps.tell(tx, after, name, told(after));
      await alsoIn?.(tx, after);
      return after;
    });

  const record = (
    tx: Tx,
    caller: Caller,
    done: {
      verb: string;
      before: ComplaintStatus;
      after?: ComplaintStatus;
      ticket: string;
      reason?: string | undefined;
    },
  ): Promise<void> => {
    const { verb, before, after = before, ticket, reason } = done;
    return audit.record(tx, {
      action: `complaints.${verb}`,
      actor: staffActor(caller),
      target: { kind: 'complaint', id: ticket },
      before,
      after,
      ...(reason === undefined ? {} : { reason }),
    });
  };

  const day = (at: Date): string => formatChinaDate(chinaDate(at));
  const { say } = deps;

  return {
    enter: async (caller, { kind, villageCode, text, phone, source }) => {
      const at = clock.now();
      const ticket = ticketOf(at, await store.nextNumber(chinaDate(at)));
      return transact(async (tx) => {
        await store.insert(tx, {
          ...newComplaint(deps, { ticket, kind, villageCode, at, phone: phone ?? null, text }),
          sourceKey: `staff:${newToken(12)}`,
          source,
          openid: null,
          overDaily: false,
          messages: [{ at, from: 'staff', type: 'text', text }],
          history: [{ at, move: 'receive', status: 'received', by: officeOf(caller) }],
        });
        await record(tx, caller, { verb: 'enter', before: 'received', ticket });
        return load(tx, caller, ticket);
      });
    },
    accept: (caller, ticket, kind) =>
      move(caller, ticket, {
        name: 'accept',
        make: (before) => {
          const set = kind ?? before.kind;
          if (!set) throw new AppError('invalid_input', { message: '请先选类别（咨询、求助、投诉或建议）。' });
          return { set: { kind: set, ...(set === before.kind ? {} : dueOf(deps, set, before.receivedAt)) } };
        },
        told: ({ dueAt }) => ({
          kind: 'accepted',
          text: say('noticeAccepted', { ticket, due: day(dueAt) }),
          promise: { until: dueAt, after: say('noticeAcceptedLate', { ticket }) },
        }),
      }),
    refuse: (caller, ticket, reason) =>
      move(caller, ticket, {
        name: 'refuse',
        make: (_, now) => ({ set: { settledAt: now }, reason }),
        told: () => ({
          kind: 'refused',
          text: say('noticeRefused', { ticket, reason, hotline: `${town.hotline.name} ${town.hotline.number}` }),
        }),
      }),
    assign: (caller, ticket, unit) => {
      if (!town.units.some((known) => known.code === unit)) {
        throw new AppError('invalid_input', { message: '没有这个站所，请从列表里选。' });
      }
      return move(caller, ticket, {
        name: 'assign',
        make: () => ({ set: { unit } }),
        alsoIn: (tx, { history }) => deps.notices.tellStaff(tx, staffLine('assigned', ticket, `${history.length}`)),
      });
    },
    giveBack: (caller, ticket, reason) =>
      move(caller, ticket, { name: 'return', make: () => ({ set: { unit: null }, reason }) }),
    note: (caller, ticket, text) =>
      transact(async (tx) => {
        const found = await load(tx, caller, ticket);
        await store.addNote(tx, { ticket, at: clock.now(), by: caller.username, text });
        await record(tx, caller, { verb: 'note', before: found.status, ticket });
        return found;
      }),
    answer: (caller, ticket, text) =>
      move(caller, ticket, {
        name: 'answer',
        make: (_, now) => ({ set: { settledAt: now }, answer: { at: now, text, unit: officeOf(caller) } }),
        told: () => ({ kind: 'answered', text }),
      }),
    close: (caller, ticket) =>
      move(caller, ticket, {
        name: 'close',
        make: () => ({ set: {} }),
        told: () => ({ kind: 'closed', text: say('noticeClosed', { ticket }) }),
      }),
    extend: async (caller, ticket, days, reason) => {
      const most = deps.clocks.extension.maxWorkingDays;
      if (days > most) throw new AppError('invalid_input', { message: `最多延期 ${most} 个工作日。` });
      return transact(async (tx) => {
        const before = await load(tx, caller, ticket);
        if (before.extended) throw new AppError('wrong_state', { message: '这一件已经延期过一次，不能再延。' });
        const { rule, dueFrom } = before;
        const counted = countDue(deps.workingDays, { rule, dueFrom, extensionDays: days });
        const now = clock.now();
        if (!stillPromises(counted.dueAt, now)) throw tooLate(counted.dueAt);
        const step = { at: now, move: 'extend', status: before.status, by: officeOf(caller), reason };
        const set = { ...counted, extensionDays: days, extended: true };
        const after = await store.change(tx, ticket, OPEN_STATUSES, { set, step });
        if (!after) throw new AppError('wrong_state');
        await record(tx, caller, { verb: 'extend', before: before.status, ticket, reason });
        const text = say('noticeExtended', { ticket, due: day(after.dueAt), reason });
        const promise = { until: after.dueAt, after: say('noticeExtendedLate', { ticket, reason }) };
        await deps.tell(tx, after, 'extend', { kind: 'extended', text, promise });
        return after;
      });
    },
    called: (caller, ticket, result) =>
      transact(async (tx) => {
        const before = await load(tx, caller, ticket);
        if (!mayCall(caller, before)) {
          throw new AppError('forbidden', { message: '这一件已经交给站所，由站所打电话告知。' });
        }
        const step = { at: clock.now(), move: 'called', status: before.status, by: officeOf(caller) };
        const after = await store.change(tx, ticket, [before.status], { set: {}, step });
        if (!after) throw new AppError('wrong_state');
        await store.addNote(tx, { ticket, at: clock.now(), by: caller.username, text: result });
        await deps.notices.called(tx, ticket);
        await record(tx, caller, { verb: 'called', before: before.status, ticket });
        return after;
      }),
  };
}

/** An extension that is over before it is told would be a promise of the past, and the only one there is. */
function tooLate(dueAt: Date): AppError {
  const message = `这样延期只到${formatChinaDate(chinaDate(dueAt))}，已经过了，不能这样告诉群众。请多延几天，或者直接答复。`;
  return new AppError('wrong_state', { message });
}

/** The parts that every new complaint has, wherever it came from. */
export function newComplaint(
  deps: Pick<ComplaintServiceDeps, 'clocks' | 'workingDays' | 'sealer' | 'town' | 'wordsOf'>,
  input: {
    ticket: string;
    kind: ComplaintKind | null;
    villageCode: string;
    at: Date;
    phone: string | null;
    text: string;
  },
): Omit<NewComplaint, 'sourceKey' | 'source' | 'openid' | 'overDaily' | 'messages' | 'history'> {
  const { ticket, kind, villageCode, at, phone, text } = input;
  if (!deps.town.villages.some((village) => village.code === villageCode)) {
    throw new AppError('invalid_input', { message: '没有这个村，请从列表里选。' });
  }
  return {
    ticket,
    kind,
    villageCode,
    status: 'received',
    unit: null,
    receivedAt: at,
    ...dueOf(deps, kind, at),
    extended: false,
    phone: phone === null ? null : deps.sealer.seal(phone, ticket),
    answers: [],
    rating: null,
    settledAt: null,
    searchWords: deps.wordsOf(text),
  };
}

/** The beginning of the China day of `at`: complaints are counted per day from there. */
export function dayStart(at: Date): Date {
  return startOfChinaDate(chinaDate(at));
}

/** What the office's group is told of a ticket; `once` makes the second time another line than the first. */
export function staffLine(kind: StaffLine['kind'], ticket: string, once: string): StaffLine {
  return { key: `${kind}:${ticket}:${once}`, kind, ref: ticket, path: `/console/complaints/${ticket}` };
}
