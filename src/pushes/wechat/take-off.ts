import { AppError, isAppError, type Log } from '../../kernel/index.ts';
import { massResultOf, type PlatformReason, reasonOf, type WechatClient } from '../../wechat/index.ts';
import type { TakeOff } from '../carrier.ts';

/** What the platform does beside the wish. */
const WARNING =
  '删除后，群众手机上这条推送的链接会失效，转发出去的也打不开，不能恢复；同一内容推送过几次的，几次的链接都会失效。平台每天最多删除10次。';

const WORDS: Readonly<Partial<Record<PlatformReason, string>>> = {
  day_full: '平台今天的删除次数（10次）已用完，请明天再删。',
  no_such_push: '平台上查不到这次推送，或者还没有发完，请稍后再试。',
  answer_lost: '微信平台没有回应，不知道删掉没有。可以再点一次删除，重复删除没有害处。',
};

/** Takes a mass send, or one of its articles, off the phones. */
export function massSendTakeOff(client: Pick<WechatClient, 'massDelete' | 'massStatus'>, log: Log): TakeOff {
  return {
    warning: WARNING,
    run: async (receiptId, articleIndex) => {
      try {
        await client.massDelete(receiptId, articleIndex);
        return null;
      } catch (error) {
        if (!isAppError(error)) return new AppError('internal', { cause: error });
        return (await isDeleted(client, log, receiptId, error)) ? null : inWords(error);
      }
    },
  };
}

/** A lost answer, or "no such push": the platform is asked what became of the message. */
async function isDeleted(
  client: Pick<WechatClient, 'massStatus'>,
  log: Log,
  msgId: string,
  error: AppError,
): Promise<boolean> {
  const reason = reasonOf(error);
  if (reason !== 'answer_lost' && reason !== 'no_such_push') return false;
  try {
    const { status } = await client.massStatus(msgId);
    return massResultOf(status).outcome === 'taken_back';
  } catch (err) {
    log.warn('pushes.delete_unverified', { msgId, err });
    return false;
  }
}

function inWords(error: AppError): AppError {
  const reason = reasonOf(error);
  const message = reason === null ? undefined : WORDS[reason];
  return message === undefined ? error : new AppError(error.code, { message, details: error.details });
}
