import type { AuditRecorder } from '../audit/index.ts';
import { alwaysWell, type Feature } from '../feature/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { RawAnswer } from '../http/index.ts';
import type { Notices } from '../notices/index.ts';
import { createFileStore } from '../platform/files/index.ts';
import type { Config, Say } from '../platform/config/index.ts';
import type { CollectionManifest, Connection, Transact } from '../platform/mongo/index.ts';
import { createSealer, createSigner, type Keys } from '../platform/sealing/index.ts';
import type { SearchWords } from '../platform/search-words/index.ts';
import type { WorkingDays } from '../deadlines/index.ts';
import { complaintSweeps } from './complaints.jobs.ts';
import { figuresRoute } from './figures.ts';
import { complaintFigures } from './figures.store.ts';
import { complaintRoutes } from './complaints.routes.ts';
import { createComplaintDesk } from './complaints.service.ts';
import {
  COMPLAINT_FILES,
  complaintCollections as ticketCollections,
  createComplaintStore,
} from './complaints.store.ts';
import { createTicketLinks } from './links.ts';
import { missingWords, type MediaSource } from './media.ts';
import { createMediaStore } from './media.store.ts';
import { createMediaSweep, type ComplaintFiles } from './media.sweep.ts';
import { mediumAnswer } from './medium-answer.ts';
import { createComplaintPersonal } from './personal.ts';
import { complaintPersonCollection, createComplaintPersonalStore } from './personal.store.ts';
import { createPhoneTries, phoneTryCollections } from './phone-tries.store.ts';
import { createResidentDesk, type ResidentDesk } from './resident.ts';
import { answerText, createTellResident } from './tell.ts';

export { KIND_NAMES, maskPhone, type ComplaintStatus } from './complaint.ts';

export type { ResidentView } from './resident.ts';

export const complaintCollections: readonly CollectionManifest[] = [
  ...ticketCollections,
  ...phoneTryCollections,
  complaintPersonCollection,
];

/** A photo, recording or video as its resident may see it. */
export interface ResidentMedium {
  readonly id: string;
  readonly state: 'waiting' | 'stored' | 'missing';
  readonly contentType: string | null;
  /** Where it is missing: why, in Chinese. */
  readonly note: string | null;
}

/** What chat and pages may do with complaints. */
export interface Complaints extends ResidentDesk {
  /** What a ticket's messages refer to by `mediaRef`. */
  mediaOf(ticket: string): Promise<ResidentMedium[]>;
  /** One medium for whoever holds the ticket's link; AppError not_found otherwise. */
  mediumByLink(ticket: string, id: string, k: string): Promise<RawAnswer>;
}

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
  /** The platform, where the media are. */
  readonly wechat: MediaSource;
  readonly clock: Clock;
  readonly log: Log;
}

/** A ticket's first few hundred characters are enough to find it by; 500 keys keep the index small. */
const WORDS_A_COMPLAINT = 500;

/** 诉求: receive → accept → assign → answer → close, with deadlines, rating and 重办. */
export function createComplaints(deps: ComplaintsDeps): Feature<Complaints> {
  const { config, keys, say, notices, searchWords } = deps;
  const { town, clocks, limits } = config;
  const media = createMediaStore(deps.connection);
  const files: ComplaintFiles = createFileStore({ connection: deps.connection, bucket: COMPLAINT_FILES });
  const store = createComplaintStore(deps.connection, media);
  const sealer = createSealer(keys, 'phone');
  const links = createTicketLinks({
    signer: createSigner(keys, 'ticket-link'),
    clock: deps.clock,
    publicUrl: config.env.PUBLIC_URL,
    days: limits.complaints.ticketLinkDays,
  });
  const telling = { say, town, linkFor: links.linkFor };
  // The real link opens the ticket to whoever holds it: a look at the words needs none.
  const previewing = { ...telling, linkFor: () => '#' };
  const tell = createTellResident({ ...telling, notices });
  const wordsOf = (text: string): string[] => searchWords.of(text, WORDS_A_COMPLAINT);
  const shared = { ...deps, store, tell, town, clocks, limits, sealer, wordsOf };
  const desk = createComplaintDesk(shared);
  const api: Complaints = {
    ...createResidentDesk({ ...shared, links, tries: createPhoneTries(deps.connection) }),
    mediaOf: async (ticket) =>
      (await media.ofTicket(ticket)).map((medium) => ({
        id: medium.id,
        state: medium.state,
        contentType: medium.contentType,
        note: medium.state === 'missing' ? missingWords(medium) : null,
      })),
    mediumByLink: async (ticket, id, k) => {
      links.opened(await store.byTicket(ticket), k);
      return mediumAnswer({ media, files }, ticket, id);
    },
  };
  const { clock, log, wechat: source } = deps;
  return {
    name: 'complaints',
    api,
    routes: [
      figuresRoute({ rows: (period) => complaintFigures(deps.connection, period), clock }),
      ...complaintRoutes({
        desk,
        store,
        media,
        files,
        notices,
        sealer,
        clock,
        askedWords: searchWords.asked,
        answerText: (complaint, answer) => {
          const { text, cut } = answerText(previewing, complaint, answer);
          return { text: linksAsRead(text), cut };
        },
      }),
    ],
    sweeps: [createMediaSweep({ store: media, files, source, clock, log }), ...complaintSweeps(shared)],
    collections: complaintCollections,
    health: alwaysWell,
    personal: createComplaintPersonal({
      store: createComplaintPersonalStore(deps.connection),
      files,
      keys,
      reopenDays: limits.complaints.reopenDays,
      keepDays: limits.retentionDays.complaints,
      clock,
    }),
  };
}

/** A link as the phone draws it: its title alone. */
function linksAsRead(text: string): string {
  return text.replaceAll('<a href="#">', '').replaceAll('</a>', '');
}
