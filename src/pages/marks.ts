import { escapeMarkup } from '../kernel/index.ts';

/**
 * `text` as HTML with every occurrence of one of `words` in <mark>; overlapping ones become one. Compared as the search
 * compares: full-width forms as plain ones, capitals as small letters.
 */
export function marked(text: string, words: readonly string[]): string {
  const characters = Array.from(text);
  const covered = coveredBy(characters.map(plain), words.map(plain));
  let html = '';
  for (const [at, character] of characters.entries()) {
    if (covered[at] === true && covered[at - 1] !== true) html += '<mark>';
    html += escapeMarkup(character);
    if (covered[at] === true && covered[at + 1] !== true) html += '</mark>';
  }
  return html;
}

/** Which characters belong to a word. One character may be several once it is plain (㎡ is m2): it counts as one. */
function coveredBy(characters: readonly string[], words: readonly string[]): boolean[] {
  const text = characters.join('');
  const owner = characters.flatMap((character, at) => Array.from({ length: character.length }, () => at));
  const covered: boolean[] = Array.from({ length: characters.length }, () => false);
  for (const word of words) {
    if (word === '') continue;
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      for (const index of owner.slice(at, at + word.length)) covered[index] = true;
    }
  }
  return covered;
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
