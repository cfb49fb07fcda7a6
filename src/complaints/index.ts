import type { AuditRecorder } from '../audit/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Route } from '../http/index.ts';
import type { Notices } from '../notices/index.ts';
import type { Config, Say } from '../platform/config/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { CollectionManifest, Connection, Transact } from '../platform/mongo/index.ts';
import { createSealer, createSigner, type Keys } from '../platform/sealing/index.ts';
import type { SearchWords } from '../platform/search-words/index.ts';
import type { WorkingDays } from '../platform/working-days/index.ts';
import { complaintRoutes } from './complaints.routes.ts';
import { createComplaintDesk } from './complaints.service.ts';
import { complaintCollections as ticketCollections, createComplaintStore } from './complaints.store.ts';
import { createTicketLinks } from './links.ts';
import { createPhoneTries, phoneTryCollections } from './phone-tries.store.ts';
import { createResidentDesk, type ResidentDesk } from './resident.ts';
import { createTellResident } from './tell.ts';

export { KIND_NAMES, maskPhone, type ComplaintStatus } from './complaint.ts';

export type { ResidentView } from './resident.ts';

export const complaintCollections: readonly CollectionManifest[] = [...ticketCollections, ...phoneTryCollections];

/** What chat and pages may do with complaints. */
export type Complaints = ResidentDesk;

export interface ComplaintsDeps {
  readonly connection: Connection;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly notices: Notices;
  readonly config: Config;
  readonly say: Say;
  readonly keys: Keys;
  readonly workingDays: WorkingDays;
  readonly searchWords: SearchWords;
  readonly clock: Clock;
}

/** A ticket's first words are enough to find it by; a hundred keep the index small. */
const WORDS_A_COMPLAINT = 100;

export { complaintPersonCollection, createComplaintPersons, type ComplaintPersons } from './persons.store.ts';

/** 诉求: receive → accept → assign → answer → close, with deadlines, rating and 重办. */
export function createComplaints(deps: ComplaintsDeps): {
  api: Complaints;
  routes: readonly Route[];
  sweeps: readonly Sweep[];
} {
  const { config, keys, say, notices, searchWords } = deps;
  const { town, clocks, limits } = config;
  const store = createComplaintStore(deps.connection);
  const sealer = createSealer(keys, 'phone');
  const links = createTicketLinks({
    signer: createSigner(keys, 'ticket-link'),
    clock: deps.clock,
    publicUrl: config.env.PUBLIC_URL,
    days: limits.complaints.ticketLinkDays,
  });
  const tell = createTellResident({ notices, say, town, linkFor: links.linkFor });
  const wordsOf = (text: string): string[] => searchWords.of(text, WORDS_A_COMPLAINT);
  const shared = { ...deps, store, tell, town, clocks, limits, sealer, wordsOf };
  const desk = createComplaintDesk(shared);
  const api = createResidentDesk({ ...shared, links, tries: createPhoneTries(deps.connection) });
  return {
    api,
    routes: complaintRoutes({ desk, store, notices, sealer, clock: deps.clock, askedWords: searchWords.asked }),
    sweeps: [{ name: 'complaints.close', everySeconds: 30, run: () => desk.closeByItself() }],
  };
}
