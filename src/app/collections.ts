import { articlesCollections } from '../articles/index.ts';
import { auditCollections } from '../audit/index.ts';
import { briefingsCollections } from '../briefings/index.ts';
import { complaintCollections } from '../complaints/index.ts';
import { conversationCollections } from '../conversation/index.ts';
import { inboxCollections } from '../inbox/index.ts';
import { menuCollections } from '../menu/index.ts';
import { noticeCollections } from '../notices/index.ts';
import type { CollectionManifest } from '../platform/mongo/index.ts';
import { pushesCollections } from '../pushes/index.ts';
import { staffCollections } from '../staff/index.ts';
import { subscribersCollections } from '../subscribers/index.ts';
import { tipoffCollections } from '../tipoffs/index.ts';

/**
 * Every collection of the service with its indexes and validator: what `migrate` makes and the start checks, without
 * building anything. tests/architecture/features.test.ts compares it with what the features say of themselves.
 */
export const allCollections: readonly CollectionManifest[] = [
  ...auditCollections,
  ...staffCollections,
  ...subscribersCollections,
  ...menuCollections,
  ...noticeCollections,
  ...articlesCollections,
  ...complaintCollections,
  ...tipoffCollections,
  ...pushesCollections,
  ...briefingsCollections,
  ...inboxCollections,
  ...conversationCollections,
];
