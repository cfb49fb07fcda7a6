import { fileTypeFromBuffer } from 'file-type';
import { isAppError, newToken, type Clock, type Log } from '../kernel/index.ts';
import type { FileStore } from '../platform/files/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { WechatClient } from '../wechat/index.ts';
import type { TipoffPart } from './tipoff.ts';
import type { TipoffDoc, TipoffStore } from './tipoffs.store.ts';
import type { Vault } from './vault.ts';

export type MediaFiles = FileStore<Record<string, never>>;

export interface MediaDeps {
  readonly store: TipoffStore;
  readonly files: MediaFiles;
  readonly vault: Vault;
  readonly wechat: Pick<WechatClient, 'getMedia' | 'getPicture' | 'rights'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A video of 20 MB takes at most a minute; ten of them still fit. */
const LEASE_MS = 10 * 60_000;
/** 10 s, 20 s, 40 s … at most an hour apart; the platform keeps media three days, so about 80 tries reach the end. */
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 3_600_000;
const MAX_TRIES = 80;
const A_RUN = 5;

/** Brings what residents sent from the platform into our own bucket, sealed before it leaves memory. */
export function createMediaSweep(deps: MediaDeps): Sweep {
  const { store, clock, log } = deps;
  return {
    name: 'tipoffs.media',
    everySeconds: 2,
    run: async () => {
      for (let i = 0; i < A_RUN; i += 1) {
        const now = clock.now();
        const doc = await store.claimMedia({ by: newToken(9), until: new Date(now.getTime() + LEASE_MS) }, now);
        if (!doc) break;
        await fetchAll(deps, doc).catch((err: unknown) => log.warn('tipoffs.media_failed', { err }));
      }
      // Zero on purpose: a count of tipoffs does not go to the log.
      return 0;
    },
  };
}

async function fetchAll(deps: MediaDeps, doc: TipoffDoc): Promise<void> {
  const { store, vault, clock } = deps;
  const content = vault.openContent(doc._id, doc.content);
  const parts: TipoffPart[] = [];
  for (const part of content.parts) parts.push(await fetchOne(deps, doc, part));
  const left = parts.some(isWaiting);
  const wait = Math.min(FIRST_RETRY_MS * 2 ** doc.mediaTries, LONGEST_RETRY_MS);
  const changed = await store.change(null, doc._id, doc.rev, {
    content: vault.sealContent(doc._id, { ...content, parts }),
    mediaAt: left ? new Date(clock.now().getTime() + wait) : null,
    lease: null,
  });
  if (changed) return;
  // It was answered, grew or went meanwhile: what we stored belongs to nothing, and the next run fetches again.
  const known = new Set(content.parts.map((part) => part.file?.id));
  for (const { file } of parts) if (file && !known.has(file.id)) await deps.files.remove(file.id);
  await store.releaseMedia(doc._id, doc.lease?.by ?? '');
}

/** True where a file is still to be fetched. */
export function isWaiting(part: TipoffPart): boolean {
  return part.file === undefined && !part.lost && (part.mediaId !== undefined || part.picUrl !== undefined);
}

async function fetchOne(deps: MediaDeps, doc: TipoffDoc, part: TipoffPart): Promise<TipoffPart> {
  if (!isWaiting(part)) return part;
  const { mediaId, picUrl, ...rest } = part;
  try {
    const { bytes } = await fetchBytes(deps.wechat, { mediaId, picUrl });
    const contentType = (await fileTypeFromBuffer(bytes))?.mime ?? 'application/octet-stream';
    const id = await deps.files.save({ name: 'sealed', bytes: deps.vault.sealFile(doc._id, bytes), facts: {} });
    return { ...rest, file: { id, contentType, bytes: bytes.length } };
  } catch (error) {
    const gone = isAppError(error, 'platform_refused') || isAppError(error, 'invalid_input');
    return gone || doc.mediaTries >= MAX_TRIES ? { ...rest, lost: true } : part;
  }
}

/** Accounts without the right to download still get pictures by their address. */
function fetchBytes(
  wechat: MediaDeps['wechat'],
  { mediaId, picUrl }: { mediaId: string | undefined; picUrl: string | undefined },
): Promise<{ bytes: Uint8Array }> {
  if (mediaId !== undefined && (wechat.rights.mediaDownload || picUrl === undefined)) return wechat.getMedia(mediaId);
  return wechat.getPicture(picUrl ?? '');
}
