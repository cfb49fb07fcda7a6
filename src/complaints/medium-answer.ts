import { AppError } from '../kernel/index.ts';
import { RawAnswer } from '../http/index.ts';
import { missingWords } from './media.ts';
import type { ComplaintFiles } from './media.sweep.ts';
import type { MediaStore } from './media.store.ts';

export interface MediumDeps {
  readonly media: MediaStore;
  readonly files: ComplaintFiles;
}

/** What a browser may show in place; anything else is offered as a file. */
const SHOWN = /^(image\/(jpeg|png)|audio\/(mpeg|wav|ogg|mp4)|video\/mp4)$/;

/** The bytes of one stored medium of a ticket; AppError not_found says whether it is still coming or never will. */
export async function mediumAnswer(deps: MediumDeps, ticket: string, id: string): Promise<RawAnswer> {
  const medium = await deps.media.find(ticket, id);
  if (!medium) throw new AppError('not_found');
  if (medium.state === 'waiting') throw new AppError('not_found', { message: '还在从微信取，请稍后再看。' });
  if (medium.state === 'missing')
    throw new AppError('not_found', { message: `没有这个附件：${missingWords(medium)}。` });
  const type = medium.contentType ?? 'application/octet-stream';
  const extension = /^\w+\/(?:x-)?([a-z0-9]+)$/.exec(type)?.[1] ?? 'bin';
  return new RawAnswer({
    type,
    body: deps.files.open(id),
    headers: {
      'Cache-Control': 'private, no-store',
      'X-Robots-Tag': 'noindex, nofollow',
      'Content-Length': String(medium.bytes ?? 0),
      'Content-Disposition': `${SHOWN.test(type) ? 'inline' : 'attachment'}; filename="${ticket}-${id.slice(-4)}.${extension}"`,
    },
  });
}
