import { chinaDate, newPlainCode, startOfChinaDate, type Clock } from '../kernel/index.ts';
import type { AuditRecorder } from '../audit/index.ts';
import type { Clocks } from '../platform/config/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { freezeDeadline, type WorkingDays } from '../deadlines/index.ts';
import { isWaiting } from './media.ts';
import type { Tells } from './tell.ts';
import { CODE_LENGTH, type TipoffAnswer, type TipoffPart, type TipoffStatus } from './tipoff.ts';
import type { TipoffStore } from './tipoffs.store.ts';
import { reviveTimes, type Vault } from './vault.ts';

/** What was said so far in a flow, opened. */
export interface Draft {
  readonly parts: readonly TipoffPart[];
  /** The sealed form, to be kept in the conversation. */
  readonly sealed: string;
}

/** What chat may do with tipoffs: always for one openid. */
export interface ResidentDoor {
  /** The draft with one more part. */
  addToDraft(openid: string, sealed: string | null, part: TipoffPart): Draft;
  readDraft(openid: string, sealed: string | null): readonly TipoffPart[];
  /** Files it, in the transaction of the conversation. The same source again gives the same code. */
  submit(tx: Tx, input: { sourceKey: string; openid: string; draft: string | null; at: Date }): Promise<string>;
  /** State and answers for its holder; null for anybody else and for a code that does not exist. */
  query(openid: string, code: string): Promise<{ status: TipoffStatus; answers: readonly TipoffAnswer[] } | null>;
  /** Media that came right after the end of the flow. False where it is not this resident's. */
  addLate(tx: Tx, input: { openid: string; code: string; part: TipoffPart }): Promise<boolean>;
  /** A reply that was not ready in time. */
  oweLate(input: { key: string; openid: string; text: string }): Promise<void>;
}

export interface ResidentDeps {
  readonly store: TipoffStore;
  readonly tells: Tells;
  readonly vault: Vault;
  readonly audit: AuditRecorder;
  readonly clocks: Clocks;
  readonly workingDays: WorkingDays;
  readonly clock: Clock;
}

export function createResidentDoor(deps: ResidentDeps): ResidentDoor {
  const { store, vault, tells, clock } = deps;

  const readDraft = (openid: string, sealed: string | null): readonly TipoffPart[] =>
    sealed === null ? [] : (JSON.parse(vault.open(sealed, `draft:${openid}`), reviveTimes) as TipoffPart[]);

  return {
    readDraft,
    addToDraft: (openid, sealed, part) => {
      const parts = [...readDraft(openid, sealed), part];
      return { parts, sealed: vault.seal(JSON.stringify(parts), `draft:${openid}`) };
    },
    submit: (tx, input) => submit(deps, tx, { ...input, parts: readDraft(input.openid, input.draft) }),
    query: async (openid, code) => {
      const found = await store.byRef(vault.refs(code));
      if (!found || !vault.holders(openid).includes(found.holder)) return null;
      return { status: found.status, answers: found.answers ? vault.openAnswers(found._id, found.answers) : [] };
    },
    addLate: async (tx, { openid, code, part }) => {
      const found = await store.byRef(vault.refs(code), tx);
      if (!found || !vault.holders(openid).includes(found.holder)) return false;
      const content = vault.openContent(found._id, found.content);
      const parts = [...content.parts, part];
      const changed = await store.change(tx, found._id, found.rev, {
        content: vault.sealContent(found._id, { ...content, parts }),
        ...(isWaiting(part) ? { mediaAt: clock.now() } : {}),
      });
      return changed !== null;
    },
    oweLate: ({ key, openid, text }) => tells.owe(null, { key, openid, text }),
  };
}

async function submit(
  deps: ResidentDeps,
  tx: Tx,
  input: { sourceKey: string; openid: string; parts: readonly TipoffPart[]; at: Date },
): Promise<string> {
  const { store, vault, audit, clock } = deps;
  const { sourceKey, openid, parts, at } = input;
  const sources = vault.sources(sourceKey);
  const before = await store.bySource(tx, sources);
  if (before) return vault.openContent(before._id, before.content).code;
  const code = newPlainCode(CODE_LENGTH);
  const [ref] = vault.refs(code);
  await store.insert(tx, {
    _id: ref,
    source: sources[0],
    holder: vault.holders(openid)[0],
    day: startOfChinaDate(chinaDate(at)),
    dueAt: freezeDeadline(deps.workingDays, { rules: [deps.clocks.tipoff], ruleVersion: deps.clocks.version, from: at })
      .dueAt,
    status: 'received',
    content: vault.sealContent(ref, { code, receivedAt: at, parts }),
    answers: null,
    openid: vault.seal(openid, `openid:${ref}`),
    rev: 0,
    mediaAt: parts.some(isWaiting) ? clock.now() : null,
    mediaTries: 0,
    lease: null,
    answeredOn: null,
  });
  await audit.record(tx, {
    action: 'tipoffs.receive',
    actor: { kind: 'resident', ref },
    target: { kind: 'tipoff', id: ref },
    after: 'received',
  });
  return code;
}
