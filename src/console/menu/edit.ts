import { computed, type ComputedRef, ref, type Ref } from 'vue';
import { type Action, useAction, useLoaded } from '../action.ts';
import { api, ApiError } from '../api.ts';
import type { MenuState } from '../types.ts';
import {
  carry,
  type DraftButton,
  draftOf,
  type Faults,
  faultsOf,
  faultyIn,
  homesOf,
  moveIn,
  newButton,
  settle,
  type Spot,
  spotOf,
  wireOf,
} from './draft.ts';

export interface MenuEdit {
  /** As the service has it. */
  readonly menu: Ref<MenuState | null>;
  readonly failed: Ref<ApiError | null>;
  /** As the person has it. */
  readonly draft: Ref<DraftButton[]>;
  readonly chosen: Ref<number | null>;
  readonly spot: ComputedRef<Spot | null>;
  readonly faults: ComputedRef<Faults>;
  readonly faulty: ComputedRef<ReadonlySet<number>>;
  readonly dirty: ComputedRef<boolean>;
  readonly savedNow: Ref<boolean>;
  /** What somebody else saved meanwhile; the draft stays untouched beside it. */
  readonly theirs: Ref<MenuState | null>;
  readonly note: Ref<string | null>;
  readonly save: Action<[]>;
  readonly reset: Action<[]>;
  readonly publish: Action<[]>;
  load(): Promise<void>;
  change(change: Partial<Omit<DraftButton, 'id' | 'sub'>>): void;
  move(list: DraftButton[], from: number, to: number): void;
  /** What was dragged becomes the chosen one. */
  carry(from: Spot, to: DraftButton[], at: number): void;
  /** Lists that the chosen button could stand in. */
  readonly homes: ComputedRef<readonly { id: number; name: string }[]>;
  settle(home: number): void;
  add(list: DraftButton[]): void;
  remove(): void;
  giveUp(): void;
  keepMine(): Promise<void>;
  takeTheirs(): void;
  namesOf(menu: MenuState): string;
}

/** The menu while somebody works at it: what is saved, what is not yet, and what somebody else saved meanwhile. */
export function useMenuEdit(): MenuEdit {
  const loaded = useLoaded((signal) => api<MenuState>('GET', '/menu', { signal }));
  const draft = ref<DraftButton[]>([]);
  const chosen = ref<number | null>(null);
  const theirs = ref<MenuState | null>(null);
  const note = ref<string | null>(null);
  const savedNow = ref(false);

  const show = (menu: MenuState): void => {
    const before = spotOf(draft.value, chosen.value);
    loaded.data.value = menu;
    draft.value = draftOf(menu.button);
    theirs.value = null;
    chosen.value = sameSpot(draft.value, before) ?? draft.value[0]?.id ?? null;
  };
  const touched = (): void => {
    savedNow.value = false;
    note.value = null;
  };
  const put = async (baseVersion: number): Promise<void> => {
    note.value = null;
    const body = { baseVersion, button: wireOf(draft.value) };
    show(await api<MenuState>('PUT', '/menu', { body }));
    savedNow.value = true;
  };
  const version = (): number => loaded.data.value?.version ?? 0;

  const save = useAction(async () => {
    try {
      await put(theirs.value?.version ?? version());
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'stale_version') throw error;
      theirs.value = await api<MenuState>('GET', '/menu');
    }
  });
  const reset = useAction(async () => {
    note.value = null;
    show(await api<MenuState>('DELETE', '/menu', { body: { baseVersion: version() } }));
    savedNow.value = true;
  });
  const publish = useAction(async () => {
    try {
      const answer = await api<MenuState & { note: string }>('POST', '/menu/publish', { body: { version: version() } });
      loaded.data.value = answer;
      note.value = answer.note;
    } catch (error) {
      // What is shown next to the refusal is what there is to look at now.
      if (error instanceof ApiError && error.code === 'stale_version') show(await api<MenuState>('GET', '/menu'));
      throw error;
    }
  });

  const spot = computed(() => spotOf(draft.value, chosen.value));
  const limitsAnd = <T>(use: (menu: MenuState) => T, none: T): T => (loaded.data.value ? use(loaded.data.value) : none);
  return {
    menu: loaded.data,
    failed: loaded.error,
    draft,
    chosen,
    spot,
    faults: computed(() => {
      const at = spot.value;
      return at ? limitsAnd(({ limits, choices }) => faultsOf(at, limits, choices), {}) : {};
    }),
    faulty: computed(() =>
      limitsAnd(({ limits, choices }) => faultyIn(draft.value, limits, choices), new Set<number>()),
    ),
    dirty: computed(() =>
      limitsAnd(({ button }) => JSON.stringify(wireOf(draft.value)) !== JSON.stringify(wireOf(draftOf(button))), false),
    ),
    savedNow,
    theirs,
    note,
    save,
    reset,
    publish,
    load: async () => {
      await loaded.load();
      if (loaded.data.value) show(loaded.data.value);
    },
    change: (change) => {
      touched();
      if (spot.value) Object.assign(spot.value.button, change);
    },
    move: (list, from, to) => {
      touched();
      moveIn(list, from, to);
    },
    carry: (from, to, at) => {
      touched();
      carry(from, to, at);
      chosen.value = from.button.id;
    },
    homes: computed(() => {
      const at = spot.value;
      return at ? limitsAnd(({ limits }) => homesOf(draft.value, at, limits), []) : [];
    }),
    settle: (home) => {
      touched();
      if (spot.value) settle(draft.value, spot.value, home);
    },
    add: (list) => {
      touched();
      const button = newButton();
      list.push(button);
      chosen.value = button.id;
    },
    remove: () => {
      const at = spot.value;
      if (!at) return;
      touched();
      at.list.splice(at.at, 1);
      chosen.value = (at.list[at.at] ?? at.list[at.at - 1] ?? at.parent)?.id ?? null;
    },
    giveUp: () => {
      if (loaded.data.value) show(theirs.value ?? loaded.data.value);
    },
    keepMine: async () => {
      await save.run();
    },
    takeTheirs: () => {
      if (theirs.value) show(theirs.value);
    },
    namesOf: ({ button }) =>
      button
        .map(({ name, sub_button = [] }) =>
          sub_button.length === 0 ? name : `${name}（${sub_button.map((one) => one.name).join('、')}）`,
        )
        .join('，'),
  };
}

/** After a save every button has a new number: the one that stood there is the one that stays chosen. */
function sameSpot(draft: readonly DraftButton[], before: Spot | null): number | null {
  if (!before) return null;
  const list = before.parent ? (draft.find(({ name }) => name === before.parent?.name.trim())?.sub ?? []) : draft;
  return list[before.at]?.id ?? null;
}
