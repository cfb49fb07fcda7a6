import { computed, onScopeDispose, reactive, ref, watch, type ComputedRef, type Ref } from 'vue';
import { api, ApiError, wordsOf } from '../api.ts';
import type { Article } from '../types.ts';

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

const EMPTY: DraftFields = {
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

export type SaveState =
  | { readonly kind: 'clean' | 'dirty' | 'saving' }
  | { readonly kind: 'saved'; readonly at: Date }
  /** `problem` says what is missing or what failed; the text is kept on this computer. */
  | { readonly kind: 'kept'; readonly problem: string }
  /** Somebody else saved a newer version meanwhile. */
  | { readonly kind: 'met'; readonly theirs: Article };

/** After the last key, ms; and the least time between two saves, because each is a version of its own. */
const PAUSE_MS = 3_000;
const BETWEEN_MS = 15_000;

export interface Draft {
  readonly fields: DraftFields;
  readonly state: Ref<SaveState>;
  readonly article: Ref<Article | null>;
  readonly missing: ComputedRef<string | null>;
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

  const slot = (): string => `xy-draft-${staffId}-${article.value?.id ?? id ?? 'new'}`;
  const keepHere = (): void => {
    try {
      localStorage.setItem(slot(), JSON.stringify(fields));
    } catch {
      // A full or forbidden store: the page itself still holds the text.
    }
  };
  const forgetHere = (): void => {
    try {
      localStorage.removeItem(slot());
    } catch {
      // Nothing was kept then.
    }
  };

  const missing = computed(() => {
    if (fields.title.trim() === '') return '先写标题';
    if (fields.categoryCode === '') return '先选公开目录';
    if (fields.bodyHtml.trim() === '') return '先写正文';
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

  const send = async (baseVersion?: number): Promise<boolean> => {
    if (missing.value !== null) {
      state.value = { kind: 'kept', problem: `${missing.value}，才能保存到系统` };
      return false;
    }
    const before = JSON.stringify(fields);
    if (before === saved && baseVersion === undefined) return true;
    state.value = { kind: 'saving' };
    const placeBefore = slot();
    try {
      const known = article.value;
      const answer =
        known === null
          ? await api<Article>('POST', '/articles', { body: body() })
          : await api<Article>('PATCH', `/articles/${known.id}`, {
              body: { baseVersion: baseVersion ?? known.version, ...body() },
            });
      article.value = answer;
      saved = before;
      lastSave = Date.now();
      try {
        localStorage.removeItem(placeBefore);
      } catch {
        // Nothing was kept then.
      }
      state.value = JSON.stringify(fields) === before ? { kind: 'saved', at: new Date() } : { kind: 'dirty' };
      return true;
    } catch (error) {
      keepHere();
      const known = article.value;
      if (error instanceof ApiError && error.code === 'stale_version' && known) {
        const theirs = await api<Article>('GET', `/articles/${known.id}`).catch(() => null);
        if (theirs) {
          state.value = { kind: 'met', theirs };
          return false;
        }
      }
      state.value = { kind: 'kept', problem: wordsOf(error) };
      return false;
    }
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
    keepHere();
    clearTimeout(timer);
    if (missing.value !== null) return;
    const wait = Math.max(PAUSE_MS, lastSave + BETWEEN_MS - Date.now());
    timer = setTimeout(() => void save(), wait);
  });
  onScopeDispose(() => clearTimeout(timer));

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
    try {
      const text = localStorage.getItem(slot());
      kept.value = text === null || text === saved ? null : (JSON.parse(text) as DraftFields);
    } catch {
      kept.value = null;
    }
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
      forgetHere();
      fill(state.value.theirs);
    },
    open: (from) => {
      fill(from);
      lookForKept();
    },
    restoreKept: () => {
      if (kept.value) Object.assign(fields, kept.value);
      kept.value = null;
    },
    forgetKept: () => {
      forgetHere();
      kept.value = null;
    },
  };
}
