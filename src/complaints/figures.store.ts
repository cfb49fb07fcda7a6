import type { Connection, Types } from 'mongoose';

/** How many complaints of one village, kind and unit came in a period, and what became of them. */
export interface FigureRow {
  readonly villageCode: string;
  readonly kind: string | null;
  readonly unit: string | null;
  readonly total: number;
  /** Answered at least once. */
  readonly answered: number;
  /** Answered by the due date that was in force when the figures were made. */
  readonly onTime: number;
  /** Not answered and past the due date, or answered after it. */
  readonly late: number;
  readonly reopened: number;
  readonly rated: number;
  /** Sum of the ratings, 1 to 5 each. */
  readonly stars: number;
}

/** One pass over the complaints that came in `[from, to)`, by the index on receivedAt; refused ones are not counted. */
export async function complaintFigures(
  connection: Connection,
  period: { readonly from: Date; readonly to: Date; readonly now: Date },
): Promise<FigureRow[]> {
  const { from, to, now } = period;
  const answeredAt = { $ifNull: [{ $first: '$answers.at' }, null] };
  const count = (condition: unknown): unknown => ({ $sum: { $cond: [condition, 1, 0] } });
  const answered = { $ne: ['$answeredAt', null] };
  const onTime = { $and: [answered, { $lte: ['$answeredAt', '$dueAt'] }] };
  const late = { $lt: ['$dueAt', { $ifNull: ['$answeredAt', now] }] };
  const rows = await connection
    .collection<{ _id: Types.ObjectId }>('complaints')
    .aggregate<
      Omit<FigureRow, 'villageCode' | 'kind' | 'unit'> & { _id: Pick<FigureRow, 'villageCode' | 'kind' | 'unit'> }
    >([
      { $match: { receivedAt: { $gte: from, $lt: to }, status: { $ne: 'refused' } } },
      {
        $project: {
          villageCode: 1,
          kind: 1,
          unit: 1,
          dueAt: 1,
          answeredAt,
          stars: '$rating.stars',
          reopened: { $in: ['reopen', '$history.move'] },
        },
      },
      {
        $group: {
          _id: { villageCode: '$villageCode', kind: '$kind', unit: '$unit' },
          total: { $sum: 1 },
          answered: count(answered),
          onTime: count(onTime),
          late: count(late),
          reopened: count('$reopened'),
          rated: count({ $gt: ['$stars', null] }),
          stars: { $sum: { $ifNull: ['$stars', 0] } },
        },
      },
    ])
    .toArray();
  return rows.map(({ _id, ...row }) => ({ ..._id, ...row }));
}
