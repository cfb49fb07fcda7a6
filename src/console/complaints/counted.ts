/** A number that may stop short: `1000+` where counting on was not worth its time. */
export function counted(count: number, upTo: number): string {
  return count >= upTo ? `${upTo}+` : String(count);
}
