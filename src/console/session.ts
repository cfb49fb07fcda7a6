import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api, ApiError, onSignedOut, onTokenStale, useCsrfToken } from './api.ts';
import type { Caller, Meta, Session } from './types.ts';

/** What no single unit wrote. */
export const TOWN_OFFICE = '镇上（不分站所）';

/** Who is signed in, what they may do, and the town's words. */
export const useSession = defineStore('session', () => {
  const staff = ref<Caller | null>(null);
  const meta = ref<Meta | null>(null);
  /** Set while the session ended under a screen: the sign-in dialog lies over it. */
  const askAgain = ref(false);
  let waiting: (() => void)[] = [];

  const accept = async (session: Session): Promise<void> => {
    useCsrfToken(session.csrfToken);
    // The words of the person before must not stay for a moment under another name.
    if (meta.value === null || staff.value?.id !== session.staff.id) meta.value = await api<Meta>('GET', '/meta');
    staff.value = session.staff;
  };

  onSignedOut(() => {
    if (staff.value === null) {
      throw new ApiError({ code: 'not_signed_in', message: '请先登录。', status: 401 });
    }
    askAgain.value = true;
    return new Promise<void>((resolve) => waiting.push(resolve));
  });

  onTokenStale(async () => {
    const session = await api<Session>('GET', '/session', { signingIn: true });
    if (session.staff.id !== staff.value?.id) {
      const message = '这个浏览器的另一个窗口里换了人登录。请先把没保存的字复制下来，再刷新本页。';
      throw new ApiError({ code: 'bad_csrf', message, status: 403 });
    }
    await accept(session);
  });

  return {
    staff,
    meta,
    askAgain,
    /** The session that the browser still holds; false where there is none. */
    resume: async (): Promise<boolean> => {
      if (staff.value) return true;
      try {
        await accept(await api<Session>('GET', '/session', { signingIn: true }));
        return true;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return false;
        throw error;
      }
    },
    signIn: async (username: string, password: string): Promise<void> => {
      const before = staff.value;
      const session = await api<Session>('POST', '/session', { body: { username, password }, signingIn: true });
      await accept(session);
      askAgain.value = false;
      const resumed = waiting;
      waiting = [];
      // Somebody else's half-written page is not for them: a reload starts clean.
      if (before !== null && before.id !== session.staff.id) window.location.reload();
      for (const resume of resumed) resume();
    },
    accept,
    signOut: async (): Promise<void> => {
      await api('DELETE', '/session', { signingIn: true }).catch(() => undefined);
      window.location.assign('/console/login');
    },
    may: (action: string): boolean => meta.value?.may.includes(action) ?? false,
    categoryName: (code: string): string => meta.value?.categories.find((one) => one.code === code)?.name ?? code,
    villageName: (code: string | null): string =>
      code === null ? '全镇' : (meta.value?.villages.find((one) => one.code === code)?.name ?? code),
    unitName: (code: string | null): string =>
      code === null ? '未交办' : (meta.value?.units.find((one) => one.code === code)?.name ?? code),
    /** The unit that an article comes from. */
    sourceName: (code: string | null): string =>
      code === null ? TOWN_OFFICE : (meta.value?.units.find((one) => one.code === code)?.name ?? code),
    kindName: (code: string | null): string =>
      code === null ? '待定' : (meta.value?.kinds.find((one) => one.code === code)?.name ?? code),
    roleName: computed(() => meta.value?.roles.find((one) => one.code === staff.value?.role)?.name ?? ''),
  };
});
