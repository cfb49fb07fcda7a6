import type { Articles } from '../articles/index.ts';
import type { Complaints } from '../complaints/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { Notices } from '../notices/index.ts';
import type { Config, Say } from '../platform/config/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { PushesApi } from '../pushes/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import type { Privacy } from '../privacy/index.ts';
import type { StaffApi } from '../staff/index.ts';
import type { SubscribersApi } from '../subscribers/index.ts';
import type { Tipoffs } from '../tipoffs/index.ts';
import type { ConversationMemory } from './memory.ts';

export interface ConversationDeps {
  readonly memory: ConversationMemory;
  readonly transact: Transact;
  readonly config: Config;
  readonly say: Say;
  readonly sealer: Sealer;
  readonly articles: Pick<Articles, 'searchPublic' | 'latestPublic'>;
  readonly complaints: Pick<
    Complaints,
    'nextTicket' | 'submit' | 'mine' | 'ofResident' | 'linkFor' | 'rate' | 'reopen' | 'addLateParts' | 'followByPhone'
  >;
  readonly subscribers: Pick<SubscribersApi, 'setVillage' | 'setVillageByScene' | 'setTopics' | 'choiceOf'>;
  readonly privacy: Pick<Privacy, 'followed' | 'left'>;
  readonly pushes: Pick<PushesApi, 'onMassSendFinished'>;
  readonly tipoffs: Pick<Tipoffs, 'addToDraft' | 'readDraft' | 'submit' | 'query' | 'addLate'>;
  readonly notices: Pick<Notices, 'take' | 'wake' | 'owe' | 'lastAnswerTold'>;
  readonly staff: Pick<StaffApi, 'redeemBindCode'>;
  readonly clock: Clock;
  readonly log: Log;
}
