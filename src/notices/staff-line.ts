import { chinaHour, utf8Bytes } from '../kernel/index.ts';

/** What a line tells the office; the order here is the order in the message. */
export const STAFF_LINE_KINDS = [
  'push_failed',
  'stopped',
  'call_needed',
  'due_tomorrow',
  'received',
  'assigned',
  'to_review',
] as const;
export type StaffLineKind = (typeof STAFF_LINE_KINDS)[number];

const HEADS: Readonly<Record<StaffLineKind, string>> = {
  push_failed: '推送失败，请马上处理',
  stopped: '微信平台不让办，请管理员处理，办好后会自动继续',
  call_needed: '要打电话告知',
  due_tomorrow: '明天到期',
  received: '新诉求或重办，待受理交办',
  assigned: '新交办',
  to_review: '待审核',
};

/**
 * One thing that waits for staff: a number and where to find it. Never a name, a title or a text of anybody; `stopped`
 * has our own words on what to do in place of the number.
 */
export interface StaffLine {
  /** The same key is the same line, however often it is told. */
  readonly key: string;
  readonly kind: StaffLineKind;
  /** Ticket or id, as staff know it. At most 120 characters. */
  readonly ref: string;
  /** Path below PUBLIC_URL, e.g. `/console/complaints/20260210-0001`. */
  readonly path: string;
  /** Goes out at once and at night too. Default: true for push_failed alone. */
  readonly urgent?: boolean;
}

/** Hours of the China day in which only urgent lines go out; `from` > `until` spans midnight, equal = never quiet. */
export interface QuietHours {
  readonly fromHour: number;
  readonly untilHour: number;
}

export function isQuiet({ fromHour, untilHour }: QuietHours, now: Date): boolean {
  const hour = chinaHour(now);
  if (fromHour <= untilHour) return hour >= fromHour && hour < untilHour;
  return hour >= fromHour || hour < untilHour;
}

/** A text of the WeCom group robot holds at most 2,048 bytes of UTF-8 (its manual); some room for the last line. */
const MAX_BYTES = 2_048;
const ROOM_FOR_REST = 200;

/** One message for many lines, grouped by what they are; what does not fit is counted, and the console shows it. */
export function staffMessage(lines: readonly Omit<StaffLine, 'key'>[], publicUrl: string): string {
  const out = [`有 ${lines.length} 件事等您处理：`];
  let bytes = utf8Bytes(out.join('\n'));
  let left = lines.length;
  for (const kind of STAFF_LINE_KINDS) {
    const group = lines.filter((line) => line.kind === kind);
    if (group.length === 0) continue;
    let head = `\n【${HEADS[kind]}】${group.length} 件`;
    for (const { ref, path } of group) {
      const line = `${head === '' ? '' : `${head}\n`}${ref} ${publicUrl}${path}`;
      if (bytes + utf8Bytes(line) + 1 > MAX_BYTES - ROOM_FOR_REST) break;
      out.push(line);
      bytes += utf8Bytes(line) + 1;
      left -= 1;
      head = '';
    }
  }
  if (left > 0) out.push(`\n还有 ${left} 件，请登录后台查看：${publicUrl}/console/`);
  return out.join('\n');
}
