import type { StateTable } from '../kernel/index.ts';

export const TIPOFF_STATUSES = ['received', 'answered'] as const;
export type TipoffStatus = (typeof TIPOFF_STATUSES)[number];

/** The discipline office may answer again: what it found comes in several letters. */
export const TIPOFF_STATES: StateTable<TipoffStatus, 'answer'> = {
  received: { answer: 'answered' },
  answered: { answer: 'answered' },
};

export const PART_TYPES = ['text', 'image', 'voice', 'video', 'location'] as const;

/** One thing that the resident sent. Exists readable only in memory. */
export interface TipoffPart {
  readonly at: Date;
  readonly type: (typeof PART_TYPES)[number];
  readonly text?: string;
  /** The platform's temporary id; gone once the file is ours. */
  readonly mediaId?: string;
  readonly picUrl?: string;
  readonly location?: { readonly lat: number; readonly lng: number; readonly label: string };
  readonly file?: TipoffFile;
  /** The platform no longer had it: said to the discipline office, never passed over. */
  readonly lost?: boolean;
}

export interface TipoffFile {
  readonly id: string;
  /** By content, never by name. */
  readonly contentType: string;
  readonly bytes: number;
}

export interface TipoffAnswer {
  readonly at: Date;
  readonly text: string;
}

/** A tipoff, opened. */
export interface Tipoff {
  readonly ref: string;
  readonly code: string;
  readonly status: TipoffStatus;
  readonly receivedAt: Date;
  readonly dueAt: Date;
  readonly parts: readonly TipoffPart[];
  readonly answers: readonly TipoffAnswer[];
}

/** Length of the code that stands in for a ticket: 25^10 ≈ 10^14, not to be guessed, still copied by hand. */
export const CODE_LENGTH = 10;
