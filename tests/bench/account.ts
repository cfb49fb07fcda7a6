/** The account that all benchmarked services serve, and how long a request of the platform is good for. */
export const ACCOUNT = {
  appId: 'wx0123456789abcdef',
  token: 'benchtoken',
  aesKey: 'kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR',
} as const;
