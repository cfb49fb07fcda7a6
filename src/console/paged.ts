import { computed, ref, watch, type ComputedRef, type Ref } from 'vue';
import { type LocationQuery, useRoute, useRouter } from 'vue-router';
import { useLoaded, type Loaded } from './action.ts';
import { api } from './api.ts';
import type { Page } from './types.ts';

/** Filters kept in the address: Back works, a link to the list shows the same list. */
export function useAddressFilter<K extends string>(names: readonly K[]): Record<K, Ref<string>> {
  const route = useRoute();
  const router = useRouter();
  const home = route.name;
  /** Where the address is on its way to: two filters set at once must not undo each other. */
  let coming: LocationQuery | null = null;
  const entries = names.map((name) => {
    const value = computed({
      get: () => {
        const given = route.query[name];
        return typeof given === 'string' ? given : '';
      },
      set: (text: string) => {
        // A late answer of a screen that is gone must not change the address of the next one.
        if (route.name !== home) return;
        const others = Object.fromEntries(Object.entries(coming ?? route.query).filter(([key]) => key !== name));
        coming = text === '' ? others : { ...others, [name]: text };
        void router.replace({ query: coming }).finally(() => {
          coming = null;
        });
      },
    });
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as unknown as Record<K, Ref<string>>;
}

export interface Paged<T> extends Omit<Loaded<Page<T>>, 'data'> {
  readonly items: ComputedRef<T[] | null>;
  readonly more: ComputedRef<boolean>;
  readonly loadingMore: Ref<boolean>;
  loadMore(): Promise<void>;
}

/** A list of the API that grows by a page at a time; begins anew when `query` changes. */
export function usePaged<T>(path: string, query: () => Record<string, string>): Paged<T> {
  const first = useLoaded((signal) => api<Page<T>>('GET', path, { query: query(), signal }));
  const rest = ref<Page<T>[]>([]) as Ref<Page<T>[]>;
  const loadingMore = ref(false);
  const last = computed(() => rest.value.at(-1) ?? first.data.value);
  const load = async (): Promise<void> => {
    await first.load();
    rest.value = [];
  };
  watch(query, (now, before) => {
    if (JSON.stringify(now) !== JSON.stringify(before)) void load();
  });
  return {
    loading: first.loading,
    error: first.error,
    load,
    loadingMore,
    items: computed(() => first.data.value && [first.data.value, ...rest.value].flatMap((page) => page.items)),
    more: computed(() => last.value !== null && last.value.nextCursor !== null),
    loadMore: async () => {
      const cursor = last.value?.nextCursor;
      if (cursor === null || cursor === undefined || loadingMore.value) return;
      loadingMore.value = true;
      const asked = first.data.value;
      try {
        const page = await api<Page<T>>('GET', path, { query: { ...query(), cursor } });
        if (asked === first.data.value) rest.value.push(page);
      } finally {
        loadingMore.value = false;
      }
    },
  };
}
