import type { ConversationDeps } from './deps.ts';
import { createIdleComplaint } from './idle-complaint.ts';
import { createCommands } from './commands.ts';
import { createComplaintTalk } from './complaint-flow.ts';
import { createDecide } from './decide.ts';
import { createEvents } from './events.ts';
import { createOffers } from './offers.ts';
import type { Plan, Turn } from './plan.ts';
import { createQueries } from './queries.ts';
import { createRatings } from './ratings.ts';
import { createSettingsTalk } from './settings-flow.ts';
import type { Speech } from './speech.ts';
import { createTipoffTalk } from './tipoff-flow.ts';
import type { Understanding } from './understanding/index.ts';
import { createVillages } from './villages.ts';

interface AssemblyDeps extends ConversationDeps {
  readonly speech: Speech;
  readonly understanding: Understanding;
}

/** Every part of the conversation, built in the order in which each needs the ones before it. */
export function assembleConversation(deps: AssemblyDeps): (turn: Turn) => Promise<Plan> {
  const { config, speech } = deps;
  const { town, limits, categories, keywords } = config;
  const idleMs = limits.conversation.idleMinutes * 60_000;
  const { understanding } = deps;
  const villages = createVillages({ say: deps.say, town, reader: understanding });
  const queries = createQueries({ ...deps, town, categories, publicUrl: config.env.PUBLIC_URL });
  const tipoffTalk = createTipoffTalk({
    speech,
    town,
    understanding,
    tipoffs: deps.tipoffs,
    lateMs: limits.conversation.lateMediaSeconds * 1_000,
  });
  const complaintTalk = createComplaintTalk({ ...deps, villages, limits, tipoffTalk });
  const settingsTalk = createSettingsTalk({ ...deps, villages, town });
  const ratings = createRatings(deps);
  const command = createCommands({ ...deps, queries, ratings, complaintTalk, settingsTalk, tipoffTalk });
  const lateMs = limits.conversation.lateMediaSeconds * 1_000;
  const offers = createOffers({ ...deps, queries, tipoffTalk, complaintTalk, ratings, keywords, idleMs, lateMs });
  const idleComplaint = createIdleComplaint({ speech, understanding, complaintTalk, command, ratings, offers });
  const inEvent = createEvents({ ...deps, town });
  return createDecide({
    ...deps,
    categories,
    idleMs,
    complaintTalk,
    tipoffTalk,
    settingsTalk,
    command,
    ratings,
    offers,
    idleComplaint,
    inEvent,
  });
}
