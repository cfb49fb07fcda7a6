import { ElMessage } from 'element-plus';
import { onScopeDispose, ref, type Ref } from 'vue';
import { ApiError, wordsOf } from './api.ts';

export interface Action<A extends unknown[]> {
  /** True while it runs: the button shows it, and a second press does nothing. */
  readonly busy: Ref<boolean>;
  readonly error: Ref<string | null>;
  /** True where it worked. */
  run(...args: A): Promise<boolean>;
}

/** One thing that a button does: never twice at once, its failure kept as a sentence, its success said by `done`. */
export function useAction<A extends unknown[]>(
  work: (...args: A) => Promise<void>,
  options: { done?: string; onError?: (error: ApiError) => boolean } = {},
): Action<A> {
  const busy = ref(false);
  const error = ref<string | null>(null);
  return {
    busy,
    error,
    run: async (...args) => {
      if (busy.value) return false;
      busy.value = true;
      error.value = null;
      try {
        await work(...args);
        if (options.done !== undefined) ElMessage.success(options.done);
        return true;
      } catch (thrown) {
        if (thrown instanceof ApiError && options.onError?.(thrown) === true) return false;
        error.value = wordsOf(thrown);
        return false;
      } finally {
        busy.value = false;
      }
    },
  };
}

export interface Loaded<T> {
  readonly data: Ref<T | null>;
  readonly loading: Ref<boolean>;
  readonly error: Ref<ApiError | null>;
  load(): Promise<void>;
}

/** Something that a screen shows: the newest load wins, an older answer that comes late is dropped. */
export function useLoaded<T>(fetchIt: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const data = ref<T | null>(null) as Ref<T | null>;
  const loading = ref(false);
  const error = ref<ApiError | null>(null);
  let running: AbortController | null = null;
  onScopeDispose(() => running?.abort());
  return {
    data,
    loading,
    error,
    load: async () => {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      loading.value = true;
      try {
        const value = await fetchIt(mine.signal);
        if (running !== mine) return;
        data.value = value;
        error.value = null;
      } catch (thrown) {
        if (running !== mine || mine.signal.aborted) return;
        error.value =
          thrown instanceof ApiError
            ? thrown
            : new ApiError({ code: 'internal', message: wordsOf(thrown), status: 500 });
      } finally {
        if (running === mine) loading.value = false;
      }
    },
  };
}
