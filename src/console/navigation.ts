import { ElMessage } from 'element-plus';
import { shallowRef } from 'vue';
import type { Router } from 'vue-router';
import { ApiError } from './api.ts';

/** Why the very first screen cannot be shown; null where one is. */
export const firstScreenError = shallowRef<ApiError | null>(null);

/**
 * What happens when a screen cannot be opened: its bundle does not arrive (no network, or a newer release has taken its
 * place on the server) or the session cannot be asked for. What stands on the screen stays, with all that was typed.
 */
export function watchNavigation(router: Router): void {
  router.onError((thrown: unknown, to) => {
    const nothingShown = router.currentRoute.value.matched.length === 0;
    if (nothingShown) {
      firstScreenError.value = thrown instanceof ApiError ? thrown : unreachable();
      return;
    }
    // The bundles of this release may be gone: a full load brings the newer one. Leaving was already agreed to.
    if (navigator.onLine && !(thrown instanceof ApiError)) window.location.assign(router.resolve(to).href);
    else ElMessage.error('网络断开了，这一页打不开。连上网络后再点一次，已经写的内容还在。');
  });
}

function unreachable(): ApiError {
  if (!navigator.onLine) return new ApiError({ code: 'offline', message: '', status: 0 });
  return new ApiError({ code: 'internal', message: '页面没有完整送到，请再试一次。', status: 0 });
}
