import { describe, expect, it } from 'vitest';
import { windowIsOpen, type Contact, type ContactKind } from '../../src/notices/notice.ts';

const START = Date.parse('2026-03-02T02:00:00Z');
const HOUR = 3_600_000;
const at = (ms: number): Date => new Date(START + ms);
const contact = (kind: ContactKind, ms = 0): Contact => ({ kind, at: at(ms) });
const sent = (count: number, from = 1): Date[] => Array.from({ length: count }, (_, i) => at(from + i));

describe('what the platform lets us send', () => {
  it('is nothing without a contact', () => {
    expect(windowIsOpen([], [], at(0))).toBe(false);
  });
  it('is five within 48 hours after a message', () => {
    const contacts = [contact('message')];
    expect(windowIsOpen(contacts, sent(4), at(HOUR))).toBe(true);
    expect(windowIsOpen(contacts, sent(5), at(HOUR))).toBe(false);
    expect(windowIsOpen(contacts, [], at(48 * HOUR - 1))).toBe(true);
    expect(windowIsOpen(contacts, [], at(48 * HOUR))).toBe(false);
  });
  it.each(['click', 'subscribe', 'scan'] as const)('is three within a minute after %s', (kind) => {
    expect(windowIsOpen([contact(kind)], sent(2), at(1_000))).toBe(true);
    expect(windowIsOpen([contact(kind)], sent(3), at(1_000))).toBe(false);
    expect(windowIsOpen([contact(kind)], [], at(60_000))).toBe(false);
  });
  it('a new message fills the five up again', () => {
    expect(windowIsOpen([contact('message'), contact('message', HOUR)], sent(5), at(2 * HOUR))).toBe(true);
  });
  it('uses the allowance that ends first, so a click’s three leave the message’s five', () => {
    const contacts = [contact('message'), contact('click', 1_000)];
    expect(windowIsOpen(contacts, sent(7, 1_001), at(2_000))).toBe(true);
    expect(windowIsOpen(contacts, sent(8, 1_001), at(2_000))).toBe(false);
  });
  it('looks at nothing that has not happened yet', () => {
    expect(windowIsOpen([contact('message', HOUR)], [], at(0))).toBe(false);
  });
});
