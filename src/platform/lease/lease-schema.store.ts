import { Schema } from 'mongoose';
import type { Lease } from './lease.ts';

/** For `lease: { type: leaseSchema, default: null }` in a document's schema. */
export const leaseSchema = new Schema<Lease>(
  { by: { type: String, required: true }, until: { type: Date, required: true } },
  { _id: false, strict: 'throw' },
);
