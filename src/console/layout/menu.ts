import type { Router } from 'vue-router';

/** The screens that this person's menu shows. */
export function menuOf(
  router: Router,
  may: (action: string) => boolean,
): { name: string; title: string; path: string }[] {
  return router
    .getRoutes()
    .filter((route) => route.meta.menu !== undefined && (route.meta.action === undefined || may(route.meta.action)))
    .toSorted((a, b) => (a.meta.menu ?? 0) - (b.meta.menu ?? 0))
    .map((route) => ({ name: String(route.name), title: route.meta.title, path: route.path }));
}
