export const BRIEFING_WORDS = {
  draft: { text: '草稿', tone: 'quiet' },
  submitted: { text: '等待审核', tone: 'warn' },
  rejected: { text: '已退回', tone: 'bad' },
  approved: { text: '已审核，等排时间', tone: 'warn' },
  scheduled: { text: '已排时间', tone: 'main' },
  pushing: { text: '正在推送', tone: 'main' },
  submitted_to_platform: { text: '微信平台已接收', tone: 'main' },
  delivered: { text: '已送达', tone: 'main' },
  failed: { text: '没有推成', tone: 'bad' },
  cancelled: { text: '已取消', tone: 'quiet' },
  unknown: { text: '结果不明', tone: 'bad' },
} as const;

/** The audience as one value of a select, and back. */
export function audienceOf(value: string): { kind: 'all' } | { kind: 'village' | 'topic'; code: string } {
  const [kind = 'all', code = ''] = value.split(':');
  return kind === 'village' || kind === 'topic' ? { kind, code } : { kind: 'all' };
}

export function audienceValue(audience: { kind: string; code?: string | undefined }): string {
  return audience.kind === 'all' ? 'all' : `${audience.kind}:${audience.code ?? ''}`;
}
