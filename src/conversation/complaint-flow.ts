import { phonesIn } from '../kernel/index.ts';
import { maskPhone, type Complaints } from '../complaints/index.ts';
import type { Limits } from '../platform/config/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import { createComplaintWords } from './complaint-words.ts';
import { parseChoice } from './numbers.ts';
import { MAX_PARTS, partName, partOf, wordsIn } from './what-was-said.ts';
import { change, talk, type Plan, type Turn } from './plan.ts';
import type { Speech } from './speech.ts';
import { type ComplaintFlow, type Kind, type Part } from './state.ts';
import type { TipoffTalk } from './tipoff-flow.ts';
import { tidied, type Understanding } from './understanding/index.ts';
import type { Villages } from './villages.ts';
import { isDone } from './words.ts';

export interface ComplaintFlowDeps {
  readonly speech: Speech;
  readonly villages: Villages;
  readonly understanding: Understanding;
  readonly limits: Limits;
  readonly sealer: Sealer;
  readonly complaints: Pick<Complaints, 'nextTicket' | 'submit' | 'linkFor'>;
  readonly tipoffTalk: TipoffTalk;
}

/** Steps ①–⑤ (src/conversation/README.md) for kinds 1–4. */
export interface ComplaintTalk {
  /** At ①, or at ② where the kind was said already; `kept` = what was said before and goes into it. */
  begin(at: Date, kept: readonly Part[], kind?: Kind): Plan;
  /** At ②, after an accepted offer: `said` becomes the complaint, then only village and 确认 are asked. */
  beginShort(at: Date, said: readonly Part[]): Plan;
  /** The next step of a running flow. */
  advance(turn: Turn, flow: ComplaintFlow): Plan;
  /** Does this text answer the question that the flow is waiting on? */
  answers(flow: ComplaintFlow, text: string): boolean;
  /** The question that the flow is waiting on. */
  question(flow: ComplaintFlow): string;
}

/** 5 举报 is no kind of complaint: another way, another store (docs/promises.md#p8). */
const TIPOFF = 'tipoff';
/** Of ⑤: what was wrong, by the number that was asked for. */
const FIXES = ['kind', 'village', 'phone'] as const satisfies readonly ComplaintFlow['step'][];

export function createComplaintTalk(deps: ComplaintFlowDeps): ComplaintTalk {
  const { speech, villages, complaints, sealer, understanding } = deps;
  const { say } = speech;
  const words = createComplaintWords(deps);
  const { question } = words;

  const ask = (flow: ComplaintFlow, ...before: string[]): Plan => talk(speech.reply([...before, question(flow)]), flow);

  /** The first wrong answer gets the question again with an example, later ones every way out and somebody to call. */
  const wrong = (flow: ComplaintFlow, at: Date): Plan => {
    const again = { ...flow, wrong: flow.wrong + 1, touchedAt: at };
    if (flow.wrong > 0) {
      const help = say('wrongAgain', { choices: words.choices(flow), hotline: speech.hotline() });
      return talk(speech.reply([help, say('cancelHint')]), again);
    }
    return ask(again, `${say('wrongChoice', { example: words.example(flow) })}\n${say('cancelHint')}`);
  };

  const step = (flow: ComplaintFlow, at: Date, next: Partial<ComplaintFlow>): ComplaintFlow => ({
    ...flow,
    wrong: 0,
    touchedAt: at,
    ...next,
    // What was put right leads back to the summary.
    ...(flow.fixing === 'one' ? { fixing: null, step: 'confirm' as const } : {}),
  });

  /** With one more part where there is room. */
  const withPart = (flow: ComplaintFlow, part: Part | undefined): ComplaintFlow =>
    part && flow.parts.length < MAX_PARTS ? { ...flow, parts: [...flow.parts, part] } : flow;

  /** Words that answer no question are part of the matter: kept, and the question asked again (nothing said is lost). */
  const kept = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    const { tells, read } = understanding;
    if (!tells(text) || read(text, ['confused', 'okay', 'thanks', 'hello']) !== undefined) return wrong(flow, turn.at);
    // At ⑤ one may well go on telling; elsewhere a second answer beside the question means that somebody is lost.
    const lost = flow.wrong > 0 && flow.step !== 'confirm';
    const help = say('wrongAgain', { choices: words.choices(flow), hotline: speech.hotline() });
    return keep(turn, { ...flow, wrong: flow.wrong + 1 }, ...(lost ? [help] : []));
  };

  const chooseKind = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    const found = understanding.kindIn(text);
    if (found === undefined) return kept(turn, flow, text);
    const part = found.more && understanding.tells(text) ? partOf(turn.message, turn.at) : undefined;
    if (found.kind === TIPOFF) return deps.tipoffTalk.begin(turn, [...flow.parts, ...(part ? [part] : [])]);
    const next = step(withPart(flow, part), turn.at, { kind: found.kind, step: 'village', page: 0 });
    return part ? ask(next, say('complaintAdded')) : ask(next);
  };

  const chooseVillage = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    const village = villages.choose(text);
    if (village === undefined) return kept(turn, flow, text);
    if (village === 'next page')
      return ask({ ...flow, wrong: 0, touchedAt: turn.at, page: villages.nextPage(flow.page) });
    const part = village.more ? partOf(turn.message, turn.at) : undefined;
    const next = { villageCode: village.code, step: flow.short ? ('confirm' as const) : ('collect' as const) };
    const told = part ? [`${say('villageTaken', { village: village.name })}${say('complaintAdded')}`] : [];
    return ask(step(withPart(flow, part), turn.at, next), ...told);
  };

  const collect = (turn: Turn, flow: ComplaintFlow): Plan => {
    const { message } = turn;
    const touched = { ...flow, touchedAt: turn.at };
    const said = message.type === 'text' ? ends(flow, message.text) : 'content';
    const part = partOf(message, turn.at);
    if (said !== 'content' && said !== 'last' && flow.parts.length === 0) {
      return talk(speech.reply([say('complaintEmpty')]), touched);
    }
    if (said === 'done') return ask(step({ ...touched, doubt: null }, turn.at, { step: 'phone' }));
    if (said === 'more') return ask({ ...touched, doubt: null });
    if (said === 'maybe') return talk(speech.reply([say('complaintDoneAsk')]), { ...touched, doubt: part ?? null });
    if (!part) return talk(speech.reply([say('unknownType'), say('complaintGot')]), touched);
    if (flow.parts.length >= MAX_PARTS) return talk(speech.reply([say('complaintFull', { max: MAX_PARTS })]), touched);
    // Who goes on has not been done: the word that was asked about belongs to the rest.
    const parts = [...flow.parts, ...(flow.doubt ? [flow.doubt] : []), part].slice(0, MAX_PARTS);
    const next = { ...touched, parts, doubt: null };
    if (turn.limited) return talk(speech.reply([say('busyKept')]), next);
    if (said === 'last') return ask(step(next, turn.at, { step: 'phone' }));
    const got = part.type === 'text' ? say('complaintGot') : say('complaintGotMedia', { what: partName(part) });
    return talk(speech.reply([got]), next);
  };

  /** Does a text in ③ end it: `done`, `last` = behind its own last words, `maybe` = asked back, `more` = not yet. */
  const ends = (flow: ComplaintFlow, text: string): 'done' | 'last' | 'maybe' | 'more' | 'content' => {
    const { read, readEdge } = understanding;
    const { whole } = tidied(text);
    if (flow.doubt) {
      if (parseChoice(text) === 1) return 'done';
      const answer = read(text, ['done', 'confirm', 'okay', 'yes', 'no']);
      if (answer === 'no') return 'more';
      if (answer !== undefined) return 'done';
    }
    if (isDone(text, understanding)) return 'done';
    const reading = read(text, ['doneMaybe', 'confirm']);
    if (reading === 'confirm') return /确认|确定|提交|上报/u.test(whole) ? 'done' : 'maybe';
    if (reading === 'doneMaybe' || (whole === '' && text.trim() !== '')) return 'maybe';
    return readEdge(text, 'last', ['done']) === 'done' ? 'last' : 'content';
  };

  const takePhone = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    const given = withPhone(turn, flow, text);
    if (given) return ask(step(given, turn.at, { step: 'confirm' }));
    const reading = understanding.read(text, ['skip', 'confused']);
    if (reading === 'skip') return ask(step(flow, turn.at, { step: 'confirm', phone: null }));
    const { whole } = tidied(text);
    // Mostly digits: meant for a number, and none that can exist.
    if (understanding.tells(text) && reading === undefined && (whole.match(/\d/gu)?.length ?? 0) < 5) {
      return kept(turn, flow, text);
    }
    const again = { ...flow, wrong: flow.wrong + 1, touchedAt: turn.at };
    const told =
      flow.wrong > 0 ? say('complaintPhoneAgain', { hotline: speech.hotline() }) : say('complaintPhoneWrong');
    return talk(speech.reply([told, say('cancelHint')]), again);
  };

  /** With the number in a text; what else it says, an extension, whose it is, a second one, is kept with the words. */
  const withPhone = (turn: Turn, flow: ComplaintFlow, text: string): ComplaintFlow | undefined => {
    const [phone, ...others] = phonesIn(text);
    if (!phone) return undefined;
    const masked = text
      .normalize('NFKC')
      .replace(/\p{Cf}/gu, '')
      .replace(phone.written, maskPhone(phone.number));
    const rest = masked.replace(maskPhone(phone.number), '');
    const label =
      /^(?:[\s\p{P}]|我的?|手机|电话|号码|号|是|座机|联系方式|联系|打|这个|就|留|可以|好的?|嗯|请|吧|的|谢谢)*$/u;
    const note = phone.extension === undefined && others.length === 0 && label.test(rest) ? undefined : masked;
    const part: Part | undefined =
      note === undefined
        ? undefined
        : {
            at: turn.at,
            type: 'text',
            text: phone.extension === undefined ? note : `${note}（分机 ${phone.extension}）`,
          };
    return { ...withPart(flow, part), phone: sealer.seal(phone.number), touchedAt: turn.at };
  };

  const confirm = (turn: Turn, flow: ComplaintFlow, text: string): Plan => {
    if (flow.fixing === 'what') {
      const fix = fixIn(text);
      if (fix !== undefined) return fixed(turn, flow, fix);
    }
    const plainly = { ...flow, fixing: null };
    const reading = understanding.read(text, ['confirm', 'okay', 'wrong', 'cancel', 'done', 'confused']);
    const choice = parseChoice(text);
    switch (choice === 1 && flow.fixing !== 'what' ? 'confirm' : reading) {
      case 'confirm':
      case 'okay':
        return change((tx) => submit(turn, plainly, tx));
      case 'done':
      case 'unclear':
        return talk(speech.reply([say('complaintUnclear')]), { ...plainly, touchedAt: turn.at });
      case 'wrong':
        return fixed(turn, flow, fixIn(text) ?? 'what');
      default: {
        if (reading !== undefined) return wrong(plainly, turn.at);
        const given = withPhone(turn, plainly, text);
        return given ? ask(given) : kept(turn, plainly, text);
      }
    }
  };

  const fixed = (turn: Turn, flow: ComplaintFlow, fix: NonNullable<ReturnType<typeof fixIn>> | 'what'): Plan => {
    const touched = { ...flow, wrong: 0, touchedAt: turn.at };
    if (fix === 'what') return ask({ ...touched, fixing: 'what' });
    if (fix === 'words') return talk(speech.reply([say('complaintFixWords')]), { ...touched, fixing: null });
    return ask({ ...touched, fixing: 'one', step: fix, page: 0 });
  };

  /** What comes at another step is kept with the complaint: an old hand may send first and answer later. */
  const keep = (turn: Turn, flow: ComplaintFlow, ...help: string[]): Plan => {
    const part = partOf(turn.message, turn.at);
    if (!part) return ask({ ...flow, touchedAt: turn.at }, say('unknownType'));
    if (flow.parts.length >= MAX_PARTS) return ask(flow, say('complaintFull', { max: MAX_PARTS }));
    const next = { ...flow, parts: [...flow.parts, part], touchedAt: turn.at };
    return turn.limited ? talk(speech.reply([say('busyKept')]), next) : ask(next, say('complaintAdded'), ...help);
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
    const url = complaints.linkFor(done);
    const paragraphs = [say('complaintDone', { ticket: done.ticket, due: speech.day(done.dueAt), url })];
    if (done.overDaily) paragraphs.push(say('complaintOverDaily', { perDay: deps.limits.complaints.perDay }));
    const until = new Date(turn.at.getTime() + deps.limits.conversation.lateMediaSeconds * 1_000);
    return { reply: speech.reply(paragraphs), flow: null, recent: { ticket: done.ticket, until } };
  };

  const answers = (flow: ComplaintFlow, text: string): boolean => {
    switch (flow.step) {
      case 'kind':
        return understanding.kindIn(text) !== undefined;
      case 'village':
        return villages.choose(text) !== undefined;
      case 'collect':
        return ends(flow, text) === 'done';
      case 'phone':
        return phonesIn(text).length > 0 || understanding.read(text, ['skip']) === 'skip';
      case 'confirm':
        return understanding.read(text, ['confirm', 'okay', 'wrong', 'done']) !== undefined;
    }
  };

  return {
    question,
    answers,
    begin: (at, before, kind) => {
      const told = before.length > 0 ? [say('complaintKept', { count: before.length })] : [];
      const flow = newFlow(at, before, false);
      return { ...ask(kind === undefined ? flow : { ...flow, kind, step: 'village' }, ...told), begins: true };
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

/** What is wrong in the summary, by number or by what it is called. */
function fixIn(text: string): (typeof FIXES)[number] | 'words' | undefined {
  const choice = parseChoice(text);
  if (choice !== undefined) return choice === 4 ? 'words' : FIXES[choice - 1];
  const { whole } = tidied(text);
  if (whole.length > 12) return undefined;
  if (/类别|类型|种类|哪一类/u.test(whole)) return 'kind';
  if (/村/u.test(whole)) return 'village';
  if (/电话|号码|手机/u.test(whole)) return 'phone';
  return /内容|说的|话/u.test(whole) ? 'words' : undefined;
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
