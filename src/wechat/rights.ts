import type { AccountRights, AccountType } from './client.types.ts';

/**
 * What an account may do by its type and verification (docs/wechat-platform.md#rights). Passive replies are open to
 * all.
 */
export function rightsOf(account: { readonly accountType: AccountType; readonly verified: boolean }): AccountRights {
  const { verified } = account;
  const verifiedService = verified && account.accountType === 'service';
  return {
    customerService: verified,
    tags: verified,
    followers: verified,
    massSend: verified,
    menu: verified,
    mediaDownload: verified,
    massByOpenids: verifiedService,
    templates: verifiedService,
    oauth: verifiedService,
    qrCodes: verifiedService,
  };
}
