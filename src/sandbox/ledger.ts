import type { LedgerCall } from './contract.ts';

/** Calls kept; older ones fall out, so that a long load test does not eat the memory. */
const KEPT = 50_000;

interface Ledger {
  record(call: Omit<LedgerCall, 'seq'>): void;
  calls(): readonly LedgerCall[];
}

/** Every API call in the order answered. */
export function createLedger(): Ledger {
  let calls: LedgerCall[] = [];
  let seq = 0;
  return {
    record(call) {
      seq += 1;
      calls.push({ seq, ...call });
      if (calls.length > KEPT * 2) calls = calls.slice(-KEPT);
    },
    calls: () => calls,
  };
}
