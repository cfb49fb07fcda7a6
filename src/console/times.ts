const MINUTE = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
});
const DAY = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
});
const YEAR = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', year: 'numeric' });

/** `3月5日 09:30`, with the year where it is another one. China time, whatever the computer says. */
export function minuteText(iso: string | null): string {
  if (iso === null) return '—';
  const date = new Date(iso);
  const text = MINUTE.format(date).replace('/', '月').replace(' ', '日 ');
  return YEAR.format(date) === YEAR.format(new Date()) ? text : `${YEAR.format(date)}${text}`;
}

/** `2026年3月5日`. */
export function dayText(iso: string | null): string {
  return iso === null ? '—' : DAY.format(new Date(iso));
}

/** `还有 3 天`, `今天到期`, `超期 2 天`; days are China's. */
export function dueText(iso: string): { text: string; level: 'ok' | 'soon' | 'over' } {
  const day = (date: Date): number => Math.floor((date.getTime() + 8 * 3_600_000) / 86_400_000);
  const now = new Date();
  const due = new Date(iso);
  if (due < now) {
    const days = day(now) - day(due);
    return { text: days === 0 ? '今天已超期' : `超期 ${days} 天`, level: 'over' };
  }
  const days = day(due) - day(now);
  return { text: days === 0 ? '今天到期' : `还有 ${days} 天`, level: days <= 1 ? 'soon' : 'ok' };
}
