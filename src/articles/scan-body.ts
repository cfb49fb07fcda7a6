import { type Passage, passagesOf } from './body-text.ts';
import { findPersonalData, type Found, type PersonalDataKind, type Stretch } from './personal-data/scan.ts';

/** What a version says outside of its body. */
export type ScannedField = 'title' | 'shortTitle' | 'summary' | 'body' | 'image';

/** Personal data in an article, for staff: where, what, and which characters. */
export interface Finding {
  readonly kind: PersonalDataKind;
  /** In words, with 疑似 where it is only probable. */
  readonly name: string;
  /** For staff, e.g. `标题` or `正文 表格 1 第 2 行第 3 列`. */
  readonly place: string;
  readonly shown: string;
  readonly field: ScannedField;
  /** Stretches of the field's characters; of a body, of its words one after the other without markup. */
  readonly at: readonly Stretch[];
  /** Characters that a star is put on, counted likewise. */
  readonly stars: readonly number[];
}

/** A few words' worth of places; a long list of names has thousands and the leader needs only to know. */
const MAX_FINDINGS = 200;
const NOTES = { text: '', cell: '', link: '（链接）', image: '（图片说明）' } as const;

export interface ScannedTexts {
  readonly title: string;
  readonly shortTitle: string;
  readonly summary: string;
  readonly bodyHtml: string;
  /** Names of the files of its images. */
  readonly imageNames: readonly string[];
}

/** Personal data in everything that the public would read, and in the names of images (P5). */
export function scanTexts(texts: ScannedTexts): Finding[] {
  const found = [
    ...inField('title', '标题', texts.title),
    ...inField('shortTitle', '短标题', texts.shortTitle),
    ...inField('summary', '摘要', texts.summary),
    ...scanBody(texts.bodyHtml),
    ...texts.imageNames.flatMap((name) => inField('image', '图片文件名', name)),
  ];
  return found.slice(0, MAX_FINDINGS);
}

function inField(field: ScannedField, place: string, text: string): Finding[] {
  return findPersonalData(text).map(({ kind, name, shown, at, stars }) => ({
    kind,
    name,
    place,
    shown,
    field,
    at: field === 'image' ? [] : [at],
    stars: field === 'image' ? [] : stars,
  }));
}

function scanBody(html: string): Finding[] {
  const passages = passagesOf(html);
  const found: { finding: Finding; order: number }[] = [];
  passages.forEach((passage, order) => {
    const strict = passage.kind === 'link' && !passage.text.startsWith('tel:');
    for (const one of findPersonalData(passage.text, { strict, head: passage.head })) {
      found.push({ finding: findingOf(one, passage), order });
    }
  });
  for (const [parts, order] of neighbours(passages)) {
    const joined = join(parts);
    for (const one of findPersonalData(joined.text, { head: parts[0]?.head ?? '' })) {
      if (!crosses(one.at, joined) || one.kind === 'address') continue;
      const whole = parts.every(({ cell }) => cell !== null);
      // Cells beside each other join by accident too: what is only probable there is nothing.
      if (
        whole &&
        (one.name.startsWith('疑似') || (one.kind !== 'id_number' && one.kind !== 'disability_card' && !single(parts)))
      )
        continue;
      found.push({ finding: findingOf(one, joined), order: order + 0.5 });
    }
  }
  return found.sort((a, b) => a.order - b.order).map(({ finding }) => finding);
}

/** Passages that stand together and might hold one number in pieces: the ends of paragraphs, the cells of a row. */
function neighbours(passages: readonly Passage[]): [parts: Passage[], order: number][] {
  const groups: [Passage[], number][] = [];
  const texts = passages.flatMap((passage, order) => (passage.kind === 'text' ? [{ passage, order }] : []));
  for (let i = 0; i + 1 < texts.length; i += 1) {
    const [one, two, three] = [texts[i], texts[i + 1], texts[i + 2]];
    if (!one || !two || !endsInNumber(one.passage.text) || !beginsWithNumber(two.passage.text)) continue;
    const more = three && /^[\d\s]+$/.test(two.passage.text) && beginsWithNumber(three.passage.text) ? [three] : [];
    groups.push([[one, two, ...more].map(({ passage }) => passage), one.order]);
  }
  let row: Passage[] = [];
  let start = 0;
  const flush = (): void => {
    if (row.length > 1) groups.push([row, start]);
    row = [];
  };
  passages.forEach((passage, order) => {
    if (passage.kind !== 'cell') return;
    const last = row.at(-1)?.cell;
    const { cell } = passage;
    const beside =
      last && cell && cell.table === last.table && cell.row === last.row && cell.column === last.column + 1;
    if (row.length > 0 && !beside) flush();
    if (!PIECE.test(passage.text)) return flush();
    if (row.length === 0) start = order;
    row.push(passage);
  });
  flush();
  return groups;
}

/** Cells of a number in pieces hold digits alone. */
const PIECE = /^[\d０-９]{1,17}[XxＸ]?$/;

function single(parts: readonly Passage[]): boolean {
  return parts.every(({ text }) => text.length === 1);
}

function endsInNumber(text: string): boolean {
  return /[\d０-９]\s*[-–—]?$/.test(text);
}

function beginsWithNumber(text: string): boolean {
  return /^[-–—]?\s*[\d０-９]/.test(text);
}

interface Joined extends Passage {
  /** Where one part ends and the next begins. */
  readonly joints: readonly number[];
}

/** Of a long paragraph its end is enough, and of the last one its beginning. */
const REACH = 40;

function join(parts: readonly Passage[]): Joined {
  let text = '';
  const at: number[] = [];
  const joints: number[] = [];
  parts.forEach((part, i) => {
    if (i > 0) {
      joints.push(text.length);
      text += '\n';
      at.push(-1);
    }
    const from = i === 0 ? Math.max(0, part.text.length - REACH) : 0;
    const to = i === 0 ? part.text.length : REACH;
    text += part.text.slice(from, to);
    at.push(...part.at.slice(from, to));
  });
  const [first] = parts;
  const last = parts.at(-1)?.place;
  const place =
    first && last !== undefined && last !== first.place ? `${first.place} 到 ${last}` : (first?.place ?? '');
  return { kind: first?.kind ?? 'text', text, at, joints, place, head: first?.head ?? '', cell: first?.cell ?? null };
}

function crosses([from, to]: Stretch, { joints }: Joined): boolean {
  return joints.some((joint) => from < joint && joint < to);
}

function findingOf({ kind, name, shown, at: [from, to], stars }: Found, passage: Passage): Finding {
  const places = passage.at.slice(from, to).filter((place) => place !== -1);
  return {
    kind,
    name,
    place: `正文 ${passage.place}${NOTES[passage.kind]}`,
    shown,
    field: 'body',
    at: stretchesOf(places),
    stars: stars.flatMap((star) => {
      const place = passage.at[star];
      return place === undefined || place === -1 ? [] : [place];
    }),
  };
}

/** Characters one after the other as stretches. */
function stretchesOf(places: readonly number[]): Stretch[] {
  const found: [number, number][] = [];
  for (const place of places) {
    const last = found.at(-1);
    if (last && last[1] === place) last[1] = place + 1;
    else found.push([place, place + 1]);
  }
  return found;
}
