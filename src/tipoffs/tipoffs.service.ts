import { AppError, chinaDate, startOfChinaDate, type Clock } from '../kernel/index.ts';
import { staffActor, type AuditRecorder } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import type { Say } from '../platform/config/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import type { MediaFiles } from './media.ts';
import type { Tells } from './tell.ts';
import type { Tipoff, TipoffStatus } from './tipoff.ts';
import type { TipoffDoc, TipoffStore } from './tipoffs.store.ts';
import type { Vault } from './vault.ts';

export interface DisciplineDeps {
  readonly store: TipoffStore;
  readonly files: MediaFiles;
  readonly tells: Tells;
  readonly vault: Vault;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly say: Say;
  readonly clock: Clock;
}

export interface Listed {
  readonly tipoffs: readonly Tipoff[];
  readonly next: { readonly day: Date; readonly id: string } | null;
}

/** What the discipline office does. Every look is audited before anything is shown (docs/promises.md#p8). */
export interface DisciplineDesk {
  list(
    caller: Caller,
    filter: { status?: TipoffStatus | undefined; before?: { day: Date; id: string } | undefined; limit: number },
  ): Promise<Listed>;
  /** AppError not_found for an unknown code. */
  view(caller: Caller, code: string): Promise<Tipoff>;
  media(caller: Caller, code: string, id: string): Promise<{ bytes: Buffer; contentType: string }>;
  /** Keeps the answer and owes the holder a word that there is one, without a word of it. */
  answer(caller: Caller, code: string, text: string): Promise<Tipoff>;
}

export function createDisciplineDesk(deps: DisciplineDeps): DisciplineDesk {
  const { store, vault, transact } = deps;

  const find = async (code: string, tx?: Tx): Promise<TipoffDoc> => {
    const found = await store.byRef(vault.refs(code), tx);
    if (!found) throw new AppError('not_found', { message: '没有这个查询码，请核对字母和数字。' });
    return found;
  };

  const record = (tx: Tx, caller: Caller, action: string, ref: string | null): Promise<void> =>
    deps.audit.record(tx, {
      action: `tipoffs.${action}`,
      actor: staffActor(caller),
      ...(ref === null ? {} : { target: { kind: 'tipoff', id: ref } }),
    });

  return {
    list: async (caller, { limit, ...filter }) => {
      await transact((tx) => record(tx, caller, 'list', null));
      const docs = await store.list({ ...filter, limit: limit + 1 });
      const page = docs.slice(0, limit);
      const last = page.at(-1);
      return {
        tipoffs: page.map((doc) => opened(vault, doc)),
        next: docs.length > limit && last ? { day: last.day, id: last._id } : null,
      };
    },
    view: async (caller, code) => {
      const found = await find(code);
      await transact((tx) => record(tx, caller, 'view', found._id));
      return opened(vault, found);
    },
    media: async (caller, code, id) => {
      const found = await find(code);
      const file = opened(vault, found).parts.find((part) => part.file?.id === id)?.file;
      const sealed = file ? await deps.files.read(file.id) : null;
      if (!file || !sealed) throw new AppError('not_found');
      await transact((tx) => record(tx, caller, 'view_media', found._id));
      return { bytes: vault.openFile(found._id, sealed), contentType: file.contentType };
    },
    answer: (caller, code, text) => transact((tx) => answer(deps, tx, find, { caller, code, text })),
  };
}

async function answer(
  deps: DisciplineDeps,
  tx: Tx,
  find: (code: string, tx?: Tx) => Promise<TipoffDoc>,
  { caller, code, text }: { caller: Caller; code: string; text: string },
): Promise<Tipoff> {
  const { store, vault, tells, clock } = deps;
  const found = await find(code, tx);
  const at = clock.now();
  const answers = [...(found.answers ? vault.openAnswers(found._id, found.answers) : []), { at, text }];
  const after = await store.change(tx, found._id, found.rev, {
    status: 'answered',
    answers: vault.sealAnswers(found._id, answers),
    answeredOn: startOfChinaDate(chinaDate(at)),
  });
  if (!after) throw new AppError('stale_version');
  if (found.openid !== null) {
    await tells.owe(tx, {
      key: `answer:${found._id}:${answers.length}`,
      openid: vault.open(found.openid, `openid:${found._id}`),
      text: deps.say('tipoffAnswer', { code }),
    });
  }
  await deps.audit.record(tx, {
    action: 'tipoffs.answer',
    actor: staffActor(caller),
    target: { kind: 'tipoff', id: found._id },
    before: found.status,
    after: 'answered',
  });
  return opened(vault, after);
}

function opened(vault: Vault, doc: TipoffDoc): Tipoff {
  const { code, receivedAt, parts } = vault.openContent(doc._id, doc.content);
  const answers = doc.answers ? vault.openAnswers(doc._id, doc.answers) : [];
  return { ref: doc._id, code, status: doc.status, receivedAt, dueAt: doc.dueAt, parts, answers };
}
