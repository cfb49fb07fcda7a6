import { firstChars } from '../kernel/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import type { Category, Limits, Town } from '../platform/config/index.ts';
import type { Complaints } from '../complaints/index.ts';
import { attachmentsOf, MAX_PARTS, partName, partOf } from './parts.ts';
import { read, talk, type Plan, type Turn } from './plan.ts';
import { nextVillagePage, type Speech } from './speech.ts';
import type { TipoffTalk } from './tipoff-talk.ts';
import { KINDS, type ComplaintFlow, type Kind, type Part } from './state.ts';
import { parseChoice, parseCommand, parsePhone } from './words.ts';

export interface ComplaintFlowDeps {
  readonly speech: Speech;
  readonly town: Town;
  readonly categories: readonly Category[];
  readonly limits: Limits;
  readonly sealer: Sealer;
  readonly complaints: Pick<Complaints, 'nextTicket' | 'submit' | 'linkFor'>;
  readonly tipoffTalk: TipoffTalk;
}

export interface ComplaintTalk {
  /** Begins at ①, or after an accepted offer at ② with what was said already. */
  begin(at: Date, said?: readonly Part[]): Plan;
  /** The next step of a running flow. */
  advance(turn: Turn, flow: ComplaintFlow): Plan;
  /** The question that the flow is waiting on. */
  question(flow: ComplaintFlow): string;
}

/** 5 举报 is no kind of complaint: another way, another store (P8). */
const TIPOFF_CHOICE = 5;

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  consult: '咨询',
  help: '求助',
  complain: '投诉',
  suggest: '建议',
};

/** Steps ①–⑤ of design §4 for kinds 1–4. */
export function createComplaintTalk(deps: ComplaintFlowDeps): ComplaintTalk {
  const { speech, town, complaints, sealer } = deps;
  const { say } = speech;

  const question = (flow: ComplaintFlow): string => {
    switch (flow.step) {
      case 'kind':
        return say('complaintKind');
      case 'village':
        return say('complaintVillage', { list: speech.villageList(flow.page) });
      case 'collect':
        return say('complaintText');
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
      village: speech.villageName(flow.villageCode),
      text: words.length > 200 ? `${firstChars(words, 200)}……` : words,
      attachments: attachmentsOf(flow.parts) || '无',
      phone: flow.phone === null ? say('phoneSkipped') : sealer.open(flow.phone),
    });
    return `${text}\n\n${say('complaintConfirmHint')}`;
  };

  const ask = (flow: ComplaintFlow, ...before: string[]): Plan => talk(speech.reply([...before, question(flow)]), flow);

  const wrong = (flow: ComplaintFlow, example: string): Plan =>
    ask(flow, `${say('wrongChoice', { example })}\n${say('cancelHint')}`);

  const chooseKind = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    const choice = parseChoice(text);
    if (choice === TIPOFF_CHOICE) return deps.tipoffTalk.begin(turn.at);
    const kind = choice === undefined ? undefined : KINDS[choice - 1];
    if (kind === undefined) return wrong(flow, '3');
    return ask({ ...flow, kind, step: 'village', page: 0, touchedAt: turn.at });
  };

  const chooseVillage = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    const choice = parseChoice(text);
    const named = town.villages.find((village) => village.name === text.trim());
    if (choice === 0) {
      return ask({ ...flow, page: nextVillagePage(flow.page, town.villages.length), touchedAt: turn.at });
    }
    const village = named ?? (choice === undefined ? undefined : town.villages[choice - 1]);
    if (village === undefined) return wrong(flow, '1');
    const step = flow.short ? 'confirm' : 'collect';
    return ask({ ...flow, villageCode: village.code, step, touchedAt: turn.at });
  };

  const collect = (turn: Turn, flow: ComplaintFlow): Plan => {
    const { message } = turn;
    const touched = { ...flow, touchedAt: turn.at };
    if (message.type === 'text' && parseCommand(message.text, [])?.name === 'done') {
      if (flow.parts.length === 0) return talk(speech.reply([say('complaintEmpty')]), touched);
      return ask({ ...touched, step: 'phone' });
    }
    const part = partOf(message, turn.at);
    if (!part) return talk(speech.reply([say('unknownType'), say('complaintGot')]), touched);
    if (flow.parts.length >= MAX_PARTS) return talk(speech.reply([say('complaintFull', { max: MAX_PARTS })]), touched);
    const kept = { ...touched, parts: [...flow.parts, part] };
    if (turn.limited) return talk(speech.reply([say('busy')]), kept);
    if (part.type === 'text' && speech.isEmergency(part.text ?? '')) {
      return talk(speech.reply([speech.emergency(), say('complaintGot')]), kept);
    }
    const got = part.type === 'text' ? say('complaintGot') : say('complaintGotMedia', { what: partName(part) });
    return talk(speech.reply([got]), kept);
  };

  const takePhone = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    const touched = { ...flow, touchedAt: turn.at };
    if (parseCommand(text, [])?.name === 'skip') return ask({ ...touched, step: 'confirm', phone: null });
    const phone = parsePhone(text);
    if (phone === undefined) return talk(speech.reply([say('complaintPhoneWrong'), say('cancelHint')]), touched);
    return ask({ ...touched, step: 'confirm', phone: sealer.seal(phone) });
  };

  const confirm = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    if (parseCommand(text, [])?.name !== 'confirm') return ask({ ...flow, touchedAt: turn.at });
    return { kind: 'change', run: (tx) => submit(turn, flow, tx) };
  };

  const submit: SubmitStep = async (turn, flow, tx) => {
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
    return { reply: speech.reply(paragraphs), flow: null };
  };

  return {
    question,
    begin: (at, said) => {
      const flow: ComplaintFlow = {
        name: 'complaint',
        step: said ? 'village' : 'kind',
        kind: null,
        villageCode: null,
        page: 0,
        parts: said ?? [],
        phone: null,
        short: said !== undefined,
        touchedAt: at,
      };
      return ask(flow);
    },
    advance: (turn, flow) => {
      if (flow.step === 'collect') return collect(turn, flow);
      if (turn.limited) return read(speech.reply([say('busy')]));
      if (turn.message.type !== 'text') return keepMedia(turn, flow, ask);
      const { text } = turn.message;
      if (speech.isEmergency(text)) return talk(speech.reply([speech.emergency(), question(flow)]), flow);
      switch (flow.step) {
        case 'kind':
          return chooseKind(turn, flow, text);
        case 'village':
          return chooseVillage(turn, flow, text);
        case 'phone':
          return takePhone(turn, flow, text);
        case 'confirm':
          return confirm(turn, flow, text);
      }
    },
  };
}

type SubmitStep = (
  turn: Turn,
  flow: ComplaintFlow,
  tx: Parameters<Extract<Plan, { kind: 'change' }>['run']>[0],
) => ReturnType<Extract<Plan, { kind: 'change' }>['run']>;

/** A photo sent at another step is kept with the complaint: an old hand may send first and answer later. */
function keepMedia(turn: Turn, flow: ComplaintFlow, ask: (flow: ComplaintFlow) => Plan): Plan {
  const part = partOf(turn.message, turn.at);
  const room = flow.parts.length < MAX_PARTS;
  return ask(part && room ? { ...flow, parts: [...flow.parts, part], touchedAt: turn.at } : flow);
}
