import { filledOf, groupOf, listOf, numberOf, present } from './fields.ts';
import { massResultOf } from './mass-status.ts';
import { eventHead, type MessageHead } from './message-head.ts';
import type {
  ArticleUrl,
  CopyrightResult,
  FieldValue,
  InboundFields,
  MassFinishEvent,
  PublishFinishEvent,
  TemplateFinishEvent,
} from './messages.types.ts';

/** The end of a mass send; older and text-only events lack the article and copyright lists. */
export function parseMassFinish(head: MessageHead): MassFinishEvent {
  const { raw } = head;
  const status = filledOf(raw, 'Status') ?? '';
  const copyright = groupOf(raw, 'CopyrightCheckResult');
  return present<MassFinishEvent>({
    ...eventHead(head),
    type: 'MASSSENDJOBFINISH',
    status,
    result: massResultOf(status),
    counts: {
      total: numberOf(raw, 'TotalCount') ?? 0,
      filtered: numberOf(raw, 'FilterCount') ?? 0,
      sent: numberOf(raw, 'SentCount') ?? 0,
      failed: numberOf(raw, 'ErrorCount') ?? 0,
    },
    checkState: numberOf(copyright, 'CheckState'),
    articleUrls: articleUrls(listOf(groupOf(raw, 'ArticleUrlResult'), 'ResultList'), 'ArticleIdx', 'ArticleUrl'),
    copyright: listOf(copyright, 'ResultList').map(copyrightResult),
  });
}

/** The end of a publication. */
export function parsePublishFinish(head: MessageHead): PublishFinishEvent {
  const info = groupOf(head.raw, 'PublishEventInfo');
  return present<PublishFinishEvent>({
    ...eventHead(head),
    type: 'PUBLISHJOBFINISH',
    publishId: filledOf(info, 'publish_id'),
    publishStatus: numberOf(info, 'publish_status'),
    articleId: filledOf(info, 'article_id'),
    articleUrls: articleUrls(listOf(info, 'article_detail'), 'idx', 'article_url'),
    failedIndexes: numbersOf(info['fail_idx']),
  });
}

/** The end of a template message. The platform writes `failed:user block` and `failed: system failed`. */
export function parseTemplateFinish(head: MessageHead): TemplateFinishEvent {
  const status = filledOf(head.raw, 'Status') ?? '';
  const compact = status.replaceAll(/\s+/g, '').toLowerCase();
  const outcome = compact === 'success' ? 'delivered' : compact === 'failed:userblock' ? 'blocked' : 'failed';
  return { ...head, kind: 'event', type: 'TEMPLATESENDJOBFINISH', status, outcome };
}

function articleUrls(items: readonly InboundFields[], indexName: string, urlName: string): ArticleUrl[] {
  return items.flatMap((item) => {
    const index = numberOf(item, indexName);
    const url = filledOf(item, urlName);
    return index === undefined || url === undefined ? [] : [{ index, url }];
  });
}

function copyrightResult(item: InboundFields): CopyrightResult {
  return present<CopyrightResult>({
    index: numberOf(item, 'ArticleIdx') ?? 0,
    auditState: numberOf(item, 'AuditState'),
    userDeclareState: numberOf(item, 'UserDeclareState'),
    originalUrl: filledOf(item, 'OriginalArticleUrl'),
    canReprint: filledOf(item, 'CanReprint') === '1',
  });
}

function numbersOf(value: FieldValue | undefined): number[] {
  return [value]
    .flat()
    .filter((item) => typeof item === 'number' || (typeof item === 'string' && item.trim() !== ''))
    .map(Number)
    .filter(Number.isFinite);
}
