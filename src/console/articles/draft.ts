import { computed, onScopeDispose, reactive, ref, watch, type ComputedRef, type Ref } from 'vue';
import { api, ApiError, wordsOf } from '../api.ts';
import type { Article } from '../types.ts';
import { type DraftFields, EMPTY } from './fields.ts';
import { mayWorkLater, retryLater } from './retry.ts';
import { openSlots } from './slots.ts';

export type SaveState =
  | { readonly kind: 'clean' | 'dirty' | 'saving' }
  | { readonly kind: 'saved'; readonly at: Date }
  /** `problem` says what is missing or what failed; the text is kept on this computer; `again`: it is tried again by itself. */
  | { readonly kind: 'kept'; readonly problem: string; readonly again: boolean }
  /** Somebody else saved a newer version meanwhile. */
  | { readonly kind: 'met'; readonly theirs: Article };

/** After the last key, ms; and the least time between two saves, because each is a version of its own. */
const PAUSE_MS = 3_000;
const BETWEEN_MS = 15_000;

export interface Missing {
  readonly field: 'title' | 'categoryCode' | 'bodyHtml';
  readonly words: string;
}

export interface Draft {
  readonly fields: DraftFields;
  readonly state: Ref<SaveState>;
  readonly article: Ref<Article | null>;
  /** What the service needs and is not there yet; null where all is. */
  readonly missing: ComputedRef<Missing | null>;
  /** Saves now; true where the service has what stands on the screen. */
  save(): Promise<boolean>;
  /** After `met`: mine becomes the newest version, theirs stays in the list of versions. */
  keepMine(): Promise<boolean>;
  /** After `met`: the screen shows theirs; mine is gone from the screen. */
  takeTheirs(): void;
  open(article: Article): void;
  /** What this computer kept from an earlier, unsaved try; null where there is nothing newer than the service has. */
  readonly kept: Ref<DraftFields | null>;
  restoreKept(): void;
  forgetKept(): void;
}

/**
 * An article while it is written: saved as one types, one save at a time, on this computer where the service cannot be
 * reached or something is still missing.
 */
export function useDraft(id: string | null, staff: { readonly id: string; readonly unit: string | null }): Draft {
  const staffId = staff.id;
  const fields = reactive<DraftFields>({ ...EMPTY, unitCode: staff.unit ?? '' });
  const state = ref<SaveState>({ kind: 'clean' }) as Ref<SaveState>;
  const article = ref<Article | null>(null) as Ref<Article | null>;
  const kept = ref<DraftFields | null>(null) as Ref<DraftFields | null>;
  let saved = JSON.stringify(fields);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastSave = 0;
  let running: Promise<boolean> = Promise.resolve(true);

  const slots = openSlots(staffId, id);
  const retry = retryLater(() => void save());
  /** The version on which a save stood whose answer never came. */
  let lostBase: number | null = null;

  const missing = computed((): Missing | null => {
    if (fields.title.trim() === '') return { field: 'title', words: '先写标题' };
    if (fields.categoryCode === '') return { field: 'categoryCode', words: '先选公开目录' };
    if (fields.bodyHtml.trim() === '') return { field: 'bodyHtml', words: '先写正文' };
    return null;
  });

  const body = () => ({
    title: fields.title,
    shortTitle: fields.shortTitle.trim() === '' ? null : fields.shortTitle,
    categoryCode: fields.categoryCode,
    villageCode: fields.villageCode === '' ? null : fields.villageCode,
    unitCode: fields.unitCode === '' ? null : fields.unitCode,
    summary: fields.summary,
    bodyHtml: fields.bodyHtml,
    coverMediaId: fields.coverMediaId === '' ? null : fields.coverMediaId,
    majorDecision: fields.majorDecision,
    publishWith: fields.publishWith,
  });

  const change = async (known: Article, baseVersion: number): Promise<Article> =>
    api<Article>('PATCH', `/articles/${known.id}`, { body: { baseVersion, ...body() } });
  const write = async (baseVersion?: number): Promise<Article> => {
    const known = article.value;
    if (known !== null) return change(known, baseVersion ?? known.version);
    const made = await api<Article>('POST', '/articles', { body: { ...body(), clientKey: slots.key() } });
    article.value = made;
    // An earlier try had arrived after all, with the text of then.
    return made.repeated === true ? change(made, 1) : made;
  };

  const send = async (baseVersion?: number): Promise<boolean> => {
    if (missing.value !== null) {
      retry.done();
      state.value = { kind: 'kept', problem: `${missing.value.words}，才能保存到系统`, again: false };
      return false;
    }
    const before = JSON.stringify(fields);
    if (before === saved && baseVersion === undefined) return true;
    state.value = { kind: 'saving' };
    try {
      const answer = await write(baseVersion);
      slots.forget();
      slots.becomes(answer.id);
      article.value = answer;
      saved = before;
      lostBase = null;
      retry.done();
      lastSave = Date.now();
      state.value = JSON.stringify(fields) === before ? { kind: 'saved', at: new Date() } : { kind: 'dirty' };
      return true;
    } catch (error) {
      return failed(error, baseVersion);
    }
  };

  const failed = async (thrown: unknown, baseVersion?: number): Promise<boolean> => {
    slots.keep(fields);
    const known = article.value;
    if (thrown instanceof ApiError && thrown.code === 'stale_version' && known) {
      const theirs = await api<Article>('GET', `/articles/${known.id}`).catch(() => null);
      // What stands there is this window's own save, whose answer was lost.
      if (theirs?.createdBy.id === staffId && lostBase !== null && theirs.version === lostBase + 1) {
        lostBase = null;
        return send(theirs.version);
      }
      if (theirs) {
        state.value = { kind: 'met', theirs };
        return false;
      }
    }
    const again = mayWorkLater(thrown);
    if (again && known) lostBase = baseVersion ?? known.version;
    if (again) retry.start();
    state.value = { kind: 'kept', problem: wordsOf(thrown), again };
    return false;
  };

  /** One after the other: a second save must know the version that the first one made. */
  const save = (baseVersion?: number): Promise<boolean> => {
    clearTimeout(timer);
    running = running.then(() => send(baseVersion));
    return running;
  };

  watch(fields, () => {
    if (JSON.stringify(fields) === saved || state.value.kind === 'met') return;
    if (state.value.kind !== 'saving') state.value = { kind: 'dirty' };
    slots.keep(fields);
    clearTimeout(timer);
    if (missing.value !== null) return;
    const wait = Math.max(PAUSE_MS, lastSave + BETWEEN_MS - Date.now());
    timer = setTimeout(() => void save(), wait);
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    retry.end();
    slots.leave();
  });

  const fill = (from: Article): void => {
    article.value = from;
    Object.assign(fields, {
      title: from.title,
      shortTitle: from.shortTitle ?? '',
      categoryCode: from.categoryCode,
      villageCode: from.villageCode ?? '',
      unitCode: from.unit ?? '',
      summary: from.summary,
      bodyHtml: from.bodyHtml,
      coverMediaId: from.coverMediaId ?? '',
      majorDecision: from.majorDecision,
      publishWith: from.publishWith,
    } satisfies DraftFields);
    saved = JSON.stringify(fields);
    state.value = { kind: 'clean' };
  };

  const lookForKept = (): void => {
    const found = slots.find();
    kept.value = found === null || JSON.stringify(found) === saved ? null : { ...EMPTY, ...found };
  };
  lookForKept();

  return {
    fields,
    state,
    article,
    missing,
    kept,
    save: () => save(),
    keepMine: () => save(state.value.kind === 'met' ? state.value.theirs.version : undefined),
    takeTheirs: () => {
      if (state.value.kind !== 'met') return;
      slots.forget();
      fill(state.value.theirs);
    },
    open: (from) => {
      fill(from);
      lookForKept();
    },
    restoreKept: () => {
      slots.adopt();
      if (kept.value) Object.assign(fields, kept.value);
      kept.value = null;
    },
    forgetKept: () => {
      slots.drop();
      kept.value = null;
    },
  };
}
