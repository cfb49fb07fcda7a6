import { fileTypeFromBuffer } from 'file-type';
import { isAppError, type Clock, type Log } from '../kernel/index.ts';
import type { FileStore } from '../platform/files/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { type Hold, type Lease, newLease, nextTry, whileHeld } from '../platform/lease/index.ts';
import { mayComeByAddress, platformFailureOf, type WechatClient } from '../wechat/index.ts';
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

/** 20 s, 40 s … at most an hour apart; the platform keeps media three days, so about 80 tries reach the end. */
const FETCH_AGAIN = { firstMs: 20_000, mostMs: 3_600_000 };
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
        const lease = newLease(now);
        const doc = await store.claimMedia(lease, now);
        if (!doc) break;
        const held = { lease, renew: (next: Lease) => store.renewMedia(doc._id, next), clock };
        await whileHeld(held, (hold) => fetchAll(deps, doc, hold)).catch((err: unknown) =>
          log.warn('tipoffs.media_failed', { err }),
        );
      }
      // Zero on purpose: a count of tipoffs does not go to the log.
      return 0;
    },
  };
}

async function fetchAll(deps: MediaDeps, doc: TipoffDoc, hold: Hold): Promise<void> {
  const { store, vault, clock } = deps;
  const content = vault.openContent(doc._id, doc.content);
  const parts: TipoffPart[] = [];
  const lost = (): boolean => hold.signal.aborted;
  for (const part of content.parts) {
    // Each is a step of its own. Where it shows that another has taken over, what is here goes below.
    await hold.confirm().catch((error: unknown) => {
      if (!lost()) throw error;
    });
    parts.push(lost() ? part : await fetchOne(deps, doc, part));
  }
  const left = parts.some(isWaiting);
  const changed = await store.settleMedia(doc._id, {
    rev: doc.rev,
    by: hold.by,
    content: vault.sealContent(doc._id, { ...content, parts }),
    mediaAt: left ? nextTry(FETCH_AGAIN, doc.mediaTries, clock.now()) : null,
  });
  if (changed) return;
  // It was answered, grew, went or was taken over meanwhile: what we stored belongs to nothing, and the next run fetches again.
  const known = new Set(content.parts.map((part) => part.file?.id));
  for (const { file } of parts) if (file && !known.has(file.id)) await deps.files.remove(file.id);
  await store.releaseMedia(doc._id, hold.by);
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
    const outcome = platformFailureOf(error)?.outcome;
    // While our own settings stop us nobody has said anything about the file.
    if (outcome === 'ours') return part;
    const gone = outcome === 'never' || outcome === 'theirs' || isAppError(error, 'invalid_input');
    return gone || doc.mediaTries >= MAX_TRIES ? { ...rest, lost: true } : part;
  }
}

/** Accounts that may not download, or are not let in today, still get pictures by their address. */
async function fetchBytes(
  wechat: MediaDeps['wechat'],
  { mediaId, picUrl }: { mediaId: string | undefined; picUrl: string | undefined },
): Promise<{ bytes: Uint8Array }> {
  if (mediaId === undefined || (!wechat.rights.mediaDownload && picUrl !== undefined)) {
    return wechat.getPicture(picUrl ?? '');
  }
  try {
    return await wechat.getMedia(mediaId);
  } catch (error) {
    if (picUrl === undefined || !mayComeByAddress(error)) throw error;
    return wechat.getPicture(picUrl);
  }
}
