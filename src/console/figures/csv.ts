/** A table as CSV that WPS and Excel open with its Chinese intact: byte order mark, CRLF, quotes where needed. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => {
    // A cell that begins like a formula would be run by the spreadsheet.
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** The day in China, `2026-11-25`. */
export function chinaDay(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}
