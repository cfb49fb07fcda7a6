import type { Connection } from 'mongoose';
import { articleModels, objectId } from './articles.model.store.ts';

/** What became public of one category. */
export interface CategoryFigure {
  readonly categoryCode: string;
  /** Articles that became public for the first time in the period. */
  readonly published: number;
  /** When anything of it was last published, corrections too, until `now`. */
  readonly lastAt: Date;
}

export interface ArticleFiguresStore {
  /** Also what was withdrawn later: it was published. An article counts in the category that it has in public. */
  byCategory(period: { readonly from: Date; readonly to: Date; readonly now: Date }): Promise<CategoryFigure[]>;
  /** Articles waiting for review, and those returned to this author. */
  waiting(author: string): Promise<{ readonly submitted: number; readonly returned: number }>;
  lastPublished(): Promise<Date | null>;
}

const EVER = new Date(0);

export function createArticleFigures(connection: Connection): ArticleFiguresStore {
  const { articles, versions } = articleModels(connection);
  return {
    byCategory: async ({ from, to, now }) => {
      const rows = await versions.aggregate<Omit<CategoryFigure, 'categoryCode'> & { _id: string }>([
        { $match: { publishedAt: { $gt: EVER, $lte: now } } },
        { $sort: { publishedAt: 1 } },
        {
          $group: {
            _id: '$articleId',
            first: { $first: '$publishedAt' },
            lastAt: { $last: '$publishedAt' },
            categoryCode: { $last: '$categoryCode' },
          },
        },
        {
          $group: {
            _id: '$categoryCode',
            published: { $sum: { $cond: [{ $and: [{ $gte: ['$first', from] }, { $lt: ['$first', to] }] }, 1, 0] } },
            lastAt: { $max: '$lastAt' },
          },
        },
      ]);
      return rows.map(({ _id, ...row }) => ({ categoryCode: _id, ...row }));
    },
    waiting: async (author) => {
      const [submitted, returned] = await Promise.all([
        articles.countDocuments({ status: 'submitted' }),
        articles.countDocuments({ status: 'rejected', authors: objectId(author) }),
      ]);
      return { submitted, returned };
    },
    lastPublished: async () => {
      const row = await versions
        .findOne({ publishedAt: { $gt: EVER } }, { publishedAt: 1 })
        .sort({ publishedAt: -1 })
        .lean<{ publishedAt: Date }>();
      return row?.publishedAt ?? null;
    },
  };
}
