import { countChars, firstChars, tidyTyped } from '../kernel/index.ts';
import { KIND_NAMES, maskPhone, type Complaints } from '../complaints/index.ts';
import type { Limits } from '../platform/config/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import { parseChoice, parsePhone } from './numbers.ts';
import { attachmentsOf, MAX_PARTS, partName, partOf, wordsIn } from './what-was-said.ts';
import { change, talk, type Plan, type Turn } from './plan.ts';
import type { Speech } from './speech.ts';
import { KINDS, type ComplaintFlow, type Kind, type Part } from './state.ts';
import type { TipoffTalk } from './tipoff-flow.ts';
import type { Villages } from './villages.ts';
import { isDone, parseCommand } from './words.ts';

export interface ComplaintFlowDeps {
  readonly speech: Speech;
  readonly villages: Villages;
  readonly limits: Limits;
  readonly sealer: Sealer;
  readonly complaints: Pick<Complaints, 'nextTicket' | 'submit' | 'linkFor'>;
  readonly tipoffTalk: TipoffTalk;
}

/** Steps ①–⑤ of design §4 for kinds 1–4. */
export interface ComplaintTalk {
  /** At ①; `kept` = what was said before and goes into it. */
  begin(at: Date, kept: readonly Part[]): Plan;
  /** At ②, after an accepted offer: `said` becomes the complaint, then only village and 确认 are asked. */
  beginShort(at: Date, said: readonly Part[]): Plan;
  /** The next step of a running flow. */
  advance(turn: Turn, flow: ComplaintFlow): Plan;
  /** Does this text answer the question that the flow is waiting on? */
  answers(flow: ComplaintFlow, text: string): boolean;
  /** The question that the flow is waiting on. */
  question(flow: ComplaintFlow): string;
}

/** 5 举报 is no kind of complaint: another way, another store (P8). */
const TIPOFF = 'tipoff';
const TIPOFF_CHOICE = 5;

/** At ⑤ a text of this many characters is no failed 确认 but something that was forgotten: it is added. */
const ADDED_FROM_CHARS = 8;

export function createComplaintTalk(deps: ComplaintFlowDeps): ComplaintTalk {
  const { speech, villages, complaints, sealer } = deps;
  const { say } = speech;

  const question = (flow: ComplaintFlow): string => {
    switch (flow.step) {
      case 'kind':
        return say('complaintKind');
      case 'village':
        return say('complaintVillage', { list: villages.list(flow.page) });
      case 'collect':
        return flow.parts.length === 0 ? say('complaintText') : say('complaintTextMore', { count: flow.parts.length });
      case 'phone':
        return say('complaintPhone');
      case 'confirm':
        return summary(flow);
    }
  };

  const summary = (flow: ComplaintFlow): string => {
    const words = flow.parts.flatMap((part) => (part.text ? [part.text] : [])).join(' ');
    const text = say('complaintSummary', {
      kind: flow.kind ? KIND_NAMES[flow.kind] : say('kindUnset'),
      village: villages.name(flow.villageCode),
      text: countChars(words) > 200 ? `${firstChars(words, 200)}……` : words || say('noWords'),
      attachments: attachmentsOf(flow.parts) || say('noAttachments'),
      phone: flow.phone === null ? say('phoneSkipped') : maskPhone(sealer.open(flow.phone)),
    });
    return `${text}\n\n${say('complaintConfirmHint')}`;
  };

  const ask = (flow: ComplaintFlow, ...before: string[]): Plan => talk(speech.reply([...before, question(flow)]), flow);

  /** The first wrong answer gets the question again with an example, later ones a shorter help and somebody to call. */
  const wrong = (flow: ComplaintFlow, at: Date, example: string): Plan => {
    const again = { ...flow, wrong: flow.wrong + 1, touchedAt: at };
    if (flow.wrong > 0) {
      return talk(speech.reply([say('wrongAgain', { example, hotline: speech.hotline() }), say('cancelHint')]), again);
    }
    return ask(again, `${say('wrongChoice', { example })}\n${say('cancelHint')}`);
  };

  const step = (flow: ComplaintFlow, at: Date, next: Partial<ComplaintFlow>): ComplaintFlow => ({
    ...flow,
    wrong: 0,
    touchedAt: at,
    ...next,
  });

  const chooseKind = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    const kind = kindIn(text);
    if (kind === TIPOFF) return deps.tipoffTalk.begin(turn.at);
    if (kind === undefined) return wrong(flow, turn.at, '3');
    return ask(step(flow, turn.at, { kind, step: 'village', page: 0 }));
  };

  const chooseVillage = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    const village = villages.choose(text);
    if (village === undefined) return wrong(flow, turn.at, '1');
    if (village === 'next page') return ask(step(flow, turn.at, { page: villages.nextPage(flow.page) }));
    return ask(step(flow, turn.at, { villageCode: village.code, step: flow.short ? 'confirm' : 'collect' }));
  };

  const collect = (turn: Turn, flow: ComplaintFlow): Plan => {
    const { message } = turn;
    const touched = { ...flow, touchedAt: turn.at };
    if (message.type === 'text' && isDone(message.text)) {
      if (flow.parts.length === 0) return talk(speech.reply([say('complaintEmpty')]), touched);
      return ask({ ...touched, step: 'phone' });
    }
    const part = partOf(message, turn.at);
    if (!part) return talk(speech.reply([say('unknownType'), say('complaintGot')]), touched);
    if (flow.parts.length >= MAX_PARTS) return talk(speech.reply([say('complaintFull', { max: MAX_PARTS })]), touched);
    const kept = { ...touched, parts: [...flow.parts, part] };
    if (turn.limited) return talk(speech.reply([say('busyKept')]), kept);
    const got = part.type === 'text' ? say('complaintGot') : say('complaintGotMedia', { what: partName(part) });
    return talk(speech.reply([got]), kept);
  };

  const takePhone = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    if (parseCommand(text, [])?.name === 'skip') return ask(step(flow, turn.at, { step: 'confirm', phone: null }));
    const phone = parsePhone(text);
    if (phone !== undefined) return ask(step(flow, turn.at, { step: 'confirm', phone: sealer.seal(phone) }));
    const again = { ...flow, wrong: flow.wrong + 1, touchedAt: turn.at };
    const words =
      flow.wrong > 0 ? say('complaintPhoneAgain', { hotline: speech.hotline() }) : say('complaintPhoneWrong');
    return talk(speech.reply([words, say('cancelHint')]), again);
  };

  const confirm = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    if (parseCommand(text, [])?.name === 'confirm') return change((tx) => submit(turn, flow, tx));
    if (countChars(text.trim()) >= ADDED_FROM_CHARS) return keep(turn, flow);
    return wrong(flow, turn.at, '确认');
  };

  /** What comes at another step is kept with the complaint: an old hand may send first and answer later. */
  const keep = (turn: Turn, flow: ComplaintFlow): Plan => {
    const part = partOf(turn.message, turn.at);
    if (!part) return ask({ ...flow, touchedAt: turn.at }, say('unknownType'));
    if (flow.parts.length >= MAX_PARTS) return ask(flow, say('complaintFull', { max: MAX_PARTS }));
    const kept = { ...flow, parts: [...flow.parts, part], touchedAt: turn.at };
    return turn.limited ? talk(speech.reply([say('busyKept')]), kept) : ask(kept, say('complaintAdded'));
  };

  const submit = async (
    turn: Turn,
    flow: ComplaintFlow,
    tx: Parameters<Extract<Plan, { kind: 'change' }>['run']>[0],
  ): ReturnType<Extract<Plan, { kind: 'change' }>['run']> => {
    const ticket = await complaints.nextTicket();
    const done = await complaints.submit(tx, {
      ticket,
      sourceKey: turn.key,
      openid: turn.message.openid,
      kind: flow.kind,
      villageCode: flow.villageCode ?? '',
      parts: flow.parts,
      phone: flow.phone === null ? null : sealer.open(flow.phone),
      at: turn.at,
    });
    const url = complaints.linkFor(done.ticket);
    const paragraphs = [say('complaintDone', { ticket: done.ticket, due: speech.day(done.dueAt), url })];
    if (done.overDaily) paragraphs.push(say('complaintOverDaily', { perDay: deps.limits.complaints.perDay }));
    const until = new Date(turn.at.getTime() + deps.limits.conversation.lateMediaSeconds * 1_000);
    return { reply: speech.reply(paragraphs), flow: null, recent: { ticket: done.ticket, until } };
  };

  const answers = (flow: ComplaintFlow, text: string): boolean => {
    const word = parseCommand(text, [])?.name;
    switch (flow.step) {
      case 'kind':
        return kindIn(text) !== undefined;
      case 'village':
        return villages.choose(text) !== undefined;
      case 'collect':
        return isDone(text);
      case 'phone':
        return word === 'skip' || parsePhone(text) !== undefined;
      case 'confirm':
        return word === 'confirm';
    }
  };

  return {
    question,
    answers,
    begin: (at, kept) => {
      const before = kept.length > 0 ? [say('complaintKept', { count: kept.length })] : [];
      return { ...ask(newFlow(at, kept, false), ...before), begins: true };
    },
    beginShort: (at, said) => ({ ...ask(newFlow(at, said, true)), begins: true }),
    advance: (turn, flow) => {
      if (flow.step === 'collect') return collect(turn, flow);
      const { message } = turn;
      if (message.type !== 'text' || speech.isEmergency(wordsIn(message))) return keep(turn, flow);
      if (turn.limited) return talk(speech.reply([say('busy')]), flow);
      switch (flow.step) {
        case 'kind':
          return chooseKind(turn, flow, message.text);
        case 'village':
          return chooseVillage(turn, flow, message.text);
        case 'phone':
          return takePhone(turn, flow, message.text);
        case 'confirm':
          return confirm(turn, flow, message.text);
      }
    },
  };
}

/** A kind by its number or its name. */
function kindIn(text: string): Kind | typeof TIPOFF | undefined {
  const choice = parseChoice(text);
  if (choice !== undefined) return choice === TIPOFF_CHOICE ? TIPOFF : KINDS[choice - 1];
  const name = tidyTyped(text).replace(/^我要/u, '');
  return name === '举报' ? TIPOFF : KINDS.find((kind) => KIND_NAMES[kind] === name);
}

function newFlow(at: Date, parts: readonly Part[], short: boolean): ComplaintFlow {
  return {
    name: 'complaint',
    step: short ? 'village' : 'kind',
    kind: null,
    villageCode: null,
    page: 0,
    parts,
    phone: null,
    short,
    wrong: 0,
    offeredAt: null,
    held: [],
    touchedAt: at,
  };
}
