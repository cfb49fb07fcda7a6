import { describe, expect, it } from 'vitest';
import { createUnderstanding } from '../../../src/conversation/understanding/index.ts';
import { loadConfig, type Intent } from '../../../src/platform/config/index.ts';
import { environment } from '../../support/office.ts';
import { ANSWERS } from './answers.ts';

const { understanding: texts, town } = loadConfig(environment());
const understanding = createUnderstanding({ texts, town });

/** The intents that each question is read for, as the flows do. */
const INTENTS_OF: Readonly<Record<string, readonly Intent[]>> = {
  collect: ['doneMaybe', 'cancel', 'done'],
  phone: ['skip', 'cancel'],
  confirm: ['confirm', 'okay', 'wrong', 'cancel'],
  offer: ['yes', 'no', 'okay'],
  asleep: ['resume', 'yes', 'okay', 'no'],
  afterAnswer: ['reopen', 'praise', 'soso', 'unhappy'],
  outside: [
    'help',
    'cancel',
    'complain',
    'mine',
    'latest',
    'ownVillage',
    'settings',
    'rate',
    'reopen',
    'thanks',
    'okay',
    'hello',
  ],
  topics: ['allTopics', 'noTopics'],
  village: ['nextPage', 'confused'],
};

function meaningOf(question: string, text: string): string {
  if (question === 'kind') {
    const found = understanding.kindIn(text);
    return found ? `${found.kind}${found.more ? ' more' : ''}` : 'none';
  }
  const first = understanding.read(text, INTENTS_OF[question] ?? []);
  const edge = question === 'afterAnswer' && !first ? understanding.readEdge(text, 'first', ['unhappy']) : undefined;
  return first ?? edge ?? 'none';
}

describe.each(Object.entries(ANSWERS))('%s', (question, meanings) => {
  const rows = Object.entries(meanings).flatMap(([meaning, texts]) =>
    texts.split('·').map((text) => [text, meaning] as const),
  );
  it.each(rows)('%s → %s', (text, meaning) => expect(meaningOf(question, text)).toBe(meaning));
});
