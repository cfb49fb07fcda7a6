import type { Clock, Log } from '../../kernel/index.ts';
import type { AccountType, WechatClient } from '../../wechat/index.ts';
import type { SubscribersDoor } from '../ports.ts';
import type { PreviewClient } from './preview.ts';

export type MassSendClient = PreviewClient & Pick<WechatClient, 'massSend' | 'massStatus' | 'massDelete'>;

export interface MassSendDeps {
  /** The account's name in our records; the first account of an installation is `main`. */
  readonly account: string;
  readonly client: MassSendClient;
  readonly accountType: AccountType;
  readonly subscribers: SubscribersDoor;
  /** PUBLIC_URL, without a slash at the end. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly log: Log;
}
