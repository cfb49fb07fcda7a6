import type { Town } from '../platform/config/index.ts';
import type { SubscribersApi } from '../subscribers/index.ts';
import { parseChoices } from './numbers.ts';
import { talk, type Plan, type Turn } from './plan.ts';
import type { Speech } from './speech.ts';
import type { SettingsFlow } from './state.ts';
import { tidied, type Understanding } from './understanding/index.ts';
import type { Villages } from './villages.ts';

interface SettingsDeps {
  readonly speech: Speech;
  readonly villages: Villages;
  readonly town: Town;
  readonly understanding: Pick<Understanding, 'read'>;
  readonly subscribers: Pick<SubscribersApi, 'setVillage' | 'setTopics'>;
}

/** 订阅: the village, and topics where the town has any, by number. */
export interface SettingsTalk {
  begin(at: Date): Plan;
  advance(turn: Turn, flow: SettingsFlow, text: string): Plan;
  answers(flow: SettingsFlow, text: string): boolean;
}

export function createSettingsTalk(deps: SettingsDeps): SettingsTalk {
  const { speech, villages, subscribers } = deps;
  const { topics } = deps.town;
  const { say } = speech;

  const question = (flow: SettingsFlow): string =>
    flow.step === 'village'
      ? say('settingsVillage', { list: villages.list(flow.page) })
      : say('settingsTopics', { list: topics.map((topic, i) => `${i + 1} ${topic.name}`).join('\n') });

  const ask = (flow: SettingsFlow, ...before: string[]): Plan => talk(speech.reply([...before, question(flow)]), flow);

  const wrong = (flow: SettingsFlow, at: Date): Plan => {
    const again = { ...flow, wrong: flow.wrong + 1, touchedAt: at };
    const topic = topics[0] ? say('exampleOf', { n: 1, name: topics[0].name }) : '1';
    const example = flow.step === 'village' ? villages.example() : topic;
    if (flow.wrong === 0) return ask(again, `${say('wrongChoice', { example })}\n${say('cancelHint')}`);
    const choices = flow.step === 'village' ? say('choicesVillage') : say('choicesTopics');
    const words = say('wrongAgain', { choices, hotline: speech.hotline() });
    return talk(speech.reply([words, say('cancelHint')]), again);
  };

  const chooseVillage = (turn: Turn, flow: SettingsFlow, text: string): Plan => {
    const village = villages.choose(text);
    if (village === undefined) return wrong(flow, turn.at);
    if (village === 'next page') {
      return ask({ ...flow, page: villages.nextPage(flow.page), wrong: 0, touchedAt: turn.at });
    }
    const { openid } = turn.message;
    const done = say('settingsDone', { village: village.name });
    const first = (): Promise<void> => subscribers.setVillage({ openid, villageCode: village.code });
    const next = { ...flow, step: 'topics' as const, wrong: 0, touchedAt: turn.at };
    if (topics.length === 0) return { kind: 'talk', reply: speech.reply([done]), flow: null, first };
    return { ...ask(next, done), first } as Plan;
  };

  /** The topics chosen, by number or by name: none for 0 or 都不要; undefined where a number has no topic. */
  const chosenTopics = (text: string): (typeof topics)[number][] | undefined => {
    const reading = deps.understanding.read(text, ['allTopics', 'noTopics']);
    if (reading === 'allTopics') return [...topics];
    if (reading === 'noTopics') return [];
    const choices = parseChoices(text);
    if (choices === undefined) return namedTopics(text);
    if (choices.length === 1 && choices[0] === 0) return [];
    const chosen = choices.map((choice) => topics[choice - 1]);
    return chosen.every((topic) => topic !== undefined) ? chosen : undefined;
  };

  /** By name, with or without the number before it; other words beside them may be anything. */
  const namedTopics = (text: string): (typeof topics)[number][] | undefined => {
    const { whole } = tidied(text);
    const named = topics.filter(({ name }) => whole.includes(tidied(name).whole));
    const refuses = /不(?:要|想|收|选)|别/u.test(whole);
    return named.length > 0 && !refuses ? named : undefined;
  };

  const chooseTopics = (turn: Turn, flow: SettingsFlow, text: string): Plan => {
    const chosen = chosenTopics(text);
    if (chosen === undefined) return wrong(flow, turn.at);
    const { openid } = turn.message;
    const names = chosen.map((topic) => topic.name).join('、');
    const reply = speech.reply([names === '' ? say('settingsNoTopics') : say('settingsTopicsDone', { topics: names })]);
    const first = (): Promise<void> => subscribers.setTopics({ openid, topics: chosen.map((topic) => topic.code) });
    return { kind: 'talk', reply, flow: null, first };
  };

  return {
    begin: (at) => ({
      ...ask({ name: 'settings', step: 'village', page: 0, wrong: 0, touchedAt: at }),
      begins: true,
    }),
    advance: (turn, flow, text) =>
      flow.step === 'village' ? chooseVillage(turn, flow, text) : chooseTopics(turn, flow, text),
    answers: (flow, text) =>
      flow.step === 'village' ? villages.choose(text) !== undefined : chosenTopics(text) !== undefined,
  };
}
