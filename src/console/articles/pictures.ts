/** Ids of the pictures stored here that the text shows, each once, in order. */
export function picturesIn(bodyHtml: string): string[] {
  return [...new Set([...bodyHtml.matchAll(/\/media\/([0-9a-f]{24})/g)].map(([, id]) => id ?? ''))];
}
