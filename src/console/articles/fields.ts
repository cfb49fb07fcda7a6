/** What the editor holds. */
export interface DraftFields {
  title: string;
  shortTitle: string;
  categoryCode: string;
  villageCode: string;
  /** '' = the town office itself. */
  unitCode: string;
  summary: string;
  bodyHtml: string;
  /** '' = none of its own. */
  coverMediaId: string;
  majorDecision: boolean;
  publishWith: 'approval' | 'briefing';
}

export const EMPTY: DraftFields = {
  title: '',
  shortTitle: '',
  categoryCode: '',
  villageCode: '',
  unitCode: '',
  summary: '',
  bodyHtml: '',
  coverMediaId: '',
  majorDecision: false,
  publishWith: 'approval',
};
