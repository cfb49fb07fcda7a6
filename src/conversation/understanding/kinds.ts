import { compileSayings, KIND_INTENTS, type KindIntent, type UnderstandingTexts } from '../../platform/config/index.ts';
import { tidyTyped } from '../../kernel/index.ts';
import { simplified } from './traditional.ts';
import { parseChoice } from '../numbers.ts';
import { tidied } from './tidy.ts';

/** The kind that an answer to ① names, and whether it tells the matter too. */
export interface KindFound {
  readonly kind: KindIntent;
  readonly more: boolean;
}

const NUMBERED = /^([1-5一二三四五])(?:\s*(?:[、.,，:：]|(?<=\d)\s)\s*)([^\d].*)$/su;
/** A number that counts something (3个路灯, 3号路) chooses nothing. */
const COUNTS = /^[个号户天月年点米里盏处组社队岁亩块元万条辆名位口根栋层楼路街把件次分]/u;
/** After a kind's name these make it the name of something else: 投诉电话是多少. */
const ABOUT_IT = /^(?:电话|热线|方式|渠道|平台|信箱|中心|办法|流程|的人|箱|站|员|会|书)/u;

/** The kind by number, by name, by our own line (3 投诉（事情没办好）), or at the head of the matter. */
export function createKinds(texts: UnderstandingTexts): (text: string) => KindFound | undefined {
  const names = compileSayings(
    KIND_INTENTS.flatMap((kind) =>
      texts.kinds[kind].map((line) => ({ line: simplified(line).toLowerCase().replace(/\s+/gu, ''), means: kind })),
    ),
  );
  const friendly = compileSayings(
    [...texts.polite, ...texts.lead, ...texts.intents.thanks, ...texts.intents.okay, ...texts.intents.hello]
      .map((line) => ({ line: simplified(line).toLowerCase().replace(/\s+/gu, ''), means: 'friendly' }))
      .concat(texts.particles.split(/\s+/u).map((line) => ({ line, means: 'friendly' }))),
  );

  /** A clause that is one kind's name and nothing else; `friendly` for politeness alone. */
  const named = (clause: string): KindIntent | 'friendly' | undefined => {
    for (let at = 0; at <= clause.length; at += 1) {
      if (at > 0 && !isFriendly(clause.slice(0, at))) continue;
      const found = names.from(clause, at).toReversed();
      const hit = found.find(({ means, end }) => {
        const rest = clause.slice(end);
        return rest === '' || [means, 'friendly'].includes(named(rest) ?? '');
      });
      if (hit) return hit.means;
    }
    if (isFriendly(clause)) return 'friendly';
    const numbered = /^([1-5])(\D.*)$/u.exec(clause);
    const choice =
      parseChoice(clause) ?? (numbered && !COUNTS.test(numbered[2] ?? '') ? Number(numbered[1]) : undefined);
    const kind = choice === undefined ? undefined : KIND_INTENTS[choice - 1];
    // 3投诉: the number and the name must say the same.
    return kind !== undefined &&
      (!numbered || parseChoice(clause) !== undefined || [kind, 'friendly'].includes(named(numbered[2] ?? '') ?? ''))
      ? kind
      : undefined;
  };

  const isFriendly = (text: string): boolean => {
    const reached = new Set([0]);
    for (let at = 0; at < text.length; at += 1) {
      if (reached.has(at)) for (const { end } of friendly.from(text, at)) reached.add(end);
    }
    return reached.has(text.length);
  };

  const clausesName = (clauses: readonly string[]): KindIntent | 'nothing' | undefined => {
    const kinds = new Set(clauses.map(named).filter((kind) => kind !== 'friendly'));
    if (kinds.size === 0) return 'nothing';
    const [only] = kinds;
    return kinds.size === 1 ? only : undefined;
  };

  return (text) => {
    const { clauses } = tidied(text);
    const plain = tidyTyped(text);
    const whole = clausesName(clauses);
    if (whole !== undefined && whole !== 'nothing') return { kind: whole, more: false };
    if (whole === 'nothing') return undefined;
    const numbered = NUMBERED.exec(plain);
    if (numbered) {
      const kind = named(numbered[1] ?? '');
      const contradicts = clauses.slice(1).some((clause) => ![undefined, 'friendly', kind].includes(named(clause)));
      return kind === undefined || kind === 'friendly' || contradicts ? undefined : { kind, more: true };
    }
    const first = named(clauses[0] ?? '');
    if (first !== undefined && first !== 'friendly') return { kind: first, more: true };
    // 我想咨询低保怎么办: the name, then what it is about.
    const head = clauses.find((clause) => named(clause) !== 'friendly') ?? '';
    const start = [0, ...Array.from({ length: 4 }, (_, i) => i + 1)].find(
      (at) => (at === 0 || isFriendly(head.slice(0, at))) && names.from(head, at).length > 0,
    );
    const longest = start === undefined ? undefined : names.from(head, start).at(-1);
    if (longest === undefined || ABOUT_IT.test(head.slice(longest.end))) return undefined;
    return { kind: longest.means, more: true };
  };
}
