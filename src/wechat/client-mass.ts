import { AppError } from '../kernel/index.ts';
import { idOf, recordOf, textIn } from './answers.ts';
import type { Caller, CallSpec } from './calls.ts';
import type { MassAudience, MassContent, MassReceipt, WechatClient } from './client.types.ts';
import { CLIENT_MSG_ID_EXISTS } from './errcodes.ts';
import { massResultOf } from './mass-status.ts';

const SEND: CallSpec = {
  api: 'mass.send',
  effect: 'change',
  timeout: 'mass',
  right: 'massSend',
  accepts: [CLIENT_MSG_ID_EXISTS],
};
const STATUS: CallSpec = { api: 'mass.status', effect: 'read', timeout: 'read', right: 'massSend' };
const DELETE: CallSpec = { api: 'mass.delete', effect: 'change', timeout: 'change', right: 'massSend' };
const PREVIEW: CallSpec = { api: 'mass.preview', effect: 'change', timeout: 'change', right: 'massSend' };

/** Mass send, its status, its withdrawal and the preview. */
export function massCalls({
  ask,
  act,
}: Caller): Pick<WechatClient, 'massSend' | 'massStatus' | 'massDelete' | 'preview'> {
  return {
    massSend: async ({ audience, content, clientMsgId }) => {
      if (!/^[\w-]{1,32}$/.test(clientMsgId)) throw invalid('群发编号应为 1 至 32 位字母、数字或横线。');
      const body = {
        filter: filterOf(audience),
        ...contentOf(content),
        ...(content.type === 'mpnews' ? { send_ignore_reprint: 0 } : {}),
        clientmsgid: clientMsgId,
      };
      return ask(SEND, (api, done) => api.postJson('/cgi-bin/message/mass/sendall', body, done), receiptOf);
    },

    massStatus: (msgId) =>
      ask(
        STATUS,
        (api, done) => api.getMassMessageStatus(msgId, done),
        (answer) => {
          const status = textIn(recordOf(answer)['msg_status']);
          if (status === undefined) return undefined;
          return { msgId: idOf(recordOf(answer)['msg_id']) ?? msgId, status, result: massResultOf(status) };
        },
      ),

    massDelete: (msgId, articleIndex) => {
      const number = Number(msgId);
      const body = {
        msg_id: Number.isSafeInteger(number) ? number : msgId,
        ...(articleIndex === undefined ? {} : { article_idx: articleIndex }),
      };
      return act(DELETE, (api, done) => api.postJson('/cgi-bin/message/mass/delete', body, done));
    },

    preview: (openid, content) =>
      act(PREVIEW, (api, done) => {
        if ('mediaId' in content) api.previewNews(openid, content.mediaId, done);
        else api.previewText(openid, content.text, done);
      }),
  };
}

/** `is_to_all` is true only for an audience that says so; anything unclear is refused, never widened. */
function filterOf(audience: MassAudience) {
  if (audience.kind === 'all') return { is_to_all: true };
  if (audience.kind === 'tag' && Number.isSafeInteger(audience.tagId) && audience.tagId > 0) {
    return { is_to_all: false, tag_id: audience.tagId };
  }
  throw invalid('群发对象不明确，没有发送。');
}

function contentOf(content: MassContent) {
  if (content.type === 'mpnews') return { mpnews: { media_id: content.mediaId }, msgtype: 'mpnews' };
  return { text: { content: content.text }, msgtype: 'text' };
}

function receiptOf(answer: unknown): MassReceipt | undefined {
  const { errcode, msg_id, msg_data_id } = recordOf(answer);
  const msgId = idOf(msg_id);
  if (msgId === undefined) return undefined;
  const msgDataId = idOf(msg_data_id);
  const alreadyAccepted = Number(errcode) === CLIENT_MSG_ID_EXISTS;
  return { msgId, alreadyAccepted, ...(msgDataId === undefined ? {} : { msgDataId }) };
}

function invalid(message: string): AppError {
  return new AppError('invalid_input', { message });
}
