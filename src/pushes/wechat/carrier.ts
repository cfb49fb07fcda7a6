import { AppError, isAppError } from '../../kernel/index.ts';
import { reasonOf } from '../../wechat/index.ts';
import type { Carrier, Job, Outcome, Readied, Taken } from '../carrier.ts';
import type { WechatPrepared } from '../prepared.ts';
import { checkArticle, textContent } from './draft.ts';
import type { MassSendClient, MassSendDeps } from './deps.ts';
import { massSendLimits } from './limits.ts';
import { fixAudience, makeDraft } from './prepare.ts';
import { handPackage, previewOn } from './preview.ts';
import { whilePreparing, whileSending } from './setback.ts';
import { massSendTakeOff } from './take-off.ts';

/** The mass send of one WeChat account. */
export function createMassSend(deps: MassSendDeps): Carrier {
  const { account, client, accountType, log } = deps;
  return {
    kind: 'wechat',
    account,
    limits: massSendLimits(accountType),
    begin: (before, now) => ({
      carrier: 'wechat',
      since: now,
      audience: null,
      covers: before?.covers ?? [],
      images: before?.images ?? [],
      draft: null,
      rebuilds: 0,
    }),
    prepare: async (job) => prepare(deps, job),
    send: async (job, orderId) => send(deps, job, orderId),
    outcome: async (receiptId) => outcome(client, receiptId),
    discard: async ({ draft }) => {
      if (draft === null) return;
      try {
        await client.deleteDraft(draft);
      } catch (err) {
        log.warn('pushes.draft_left', { err });
      }
    },
    check: checkArticle,
    preview: async (phone, shown) => previewOn(deps, phone, shown),
    takeOff: massSendTakeOff(client, log),
    byHand: (shown) => handPackage(shown, deps.publicUrl),
  };
}

/** Audience fixed, pictures uploaded, draft made; what is on record already is not done again. */
async function prepare(deps: MassSendDeps, job: Job): Promise<Readied> {
  if (!deps.client.rights.massSend) return { is: 'refused', code: 'manual_push_needed', error: byHand() };
  try {
    const missing = await fixAudience(deps, job);
    if (missing !== null) return missing;
    if (!job.asText && job.prepared.draft === null) await makeDraft(deps, job);
    return { is: 'ready' };
  } catch (error) {
    return whilePreparing(error, job.prepared);
  }
}

async function send({ client, publicUrl }: MassSendDeps, job: Job, orderId: string): Promise<Taken> {
  const { prepared, asText, content } = job;
  try {
    const receipt = await client.massSend({
      audience: audienceOf(prepared),
      content: asText
        ? { type: 'text', text: textContent(content.articles, publicUrl) }
        : { type: 'mpnews', mediaId: prepared.draft ?? '' },
      clientMsgId: orderId,
    });
    return { is: 'taken', id: receipt.msgId, dataId: receipt.msgDataId ?? null, before: receipt.alreadyAccepted };
  } catch (error) {
    return whileSending(error, prepared);
  }
}

function audienceOf({ audience }: WechatPrepared) {
  if (audience === null) throw new Error('a push without an audience');
  return audience.tagId === null ? ({ kind: 'all' } as const) : ({ kind: 'tag', tagId: audience.tagId } as const);
}

async function outcome(client: MassSendClient, receiptId: string): Promise<Outcome> {
  try {
    const { status, result } = await client.massStatus(receiptId);
    const { zh: words } = result;
    switch (result.outcome) {
      // Taken back afterwards: it was delivered first.
      case 'taken_back':
      case 'delivered':
        return { is: 'delivered', status, words };
      case 'sending':
        return { is: 'under_way', status, words };
      case 'failed':
      case 'unclear':
        return { is: result.outcome, status, words };
    }
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { is: reasonOf(error) === 'no_such_push' ? 'never_heard' : 'no_answer', error };
  }
}

const byHand = (): AppError =>
  new AppError('manual_push_needed', {
    message: '这个公众号没有群发接口权限，请按简报页面上的步骤手工群发。',
  });
