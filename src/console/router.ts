import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router';
import { SCREENS, type ScreenName } from './screens.ts';
import { useSession } from './session.ts';

declare module 'vue-router' {
  interface RouteMeta {
    title: string;
    /** The action that lets one in; left out for everybody who is signed in. */
    action?: string;
    /** Stands in the menu, in this order. */
    menu?: number;
    public?: boolean;
  }
}

/** Each is a bundle of its own, loaded when it is opened. */
const VIEWS: Readonly<Record<ScreenName, () => Promise<unknown>>> = {
  desk: () => import('./desk/DeskView.vue'),
  articles: () => import('./articles/ArticleListView.vue'),
  'article-new': () => import('./articles/ArticleEditView.vue'),
  article: () => import('./articles/ArticleView.vue'),
  'article-edit': () => import('./articles/ArticleEditView.vue'),
  briefings: () => import('./briefings/BriefingListView.vue'),
  'briefing-new': () => import('./briefings/BriefingEditView.vue'),
  briefing: () => import('./briefings/BriefingView.vue'),
  'briefing-edit': () => import('./briefings/BriefingEditView.vue'),
  complaints: () => import('./complaints/ComplaintListView.vue'),
  complaint: () => import('./complaints/ComplaintView.vue'),
  subscribers: () => import('./subscribers/SubscribersView.vue'),
  menu: () => import('./menu/MenuView.vue'),
  tipoffs: () => import('./tipoffs/TipoffListView.vue'),
  tipoff: () => import('./tipoffs/TipoffView.vue'),
  figures: () => import('./figures/FiguresView.vue'),
  audit: () => import('./audit/AuditView.vue'),
  staff: () => import('./staff/StaffListView.vue'),
  health: () => import('./health/HealthView.vue'),
  account: () => import('./login/AccountView.vue'),
  lost: () => import('./layout/LostView.vue'),
};

const screens = SCREENS.map(
  ({ path, name, ...meta }): RouteRecordRaw => ({ path, name, component: VIEWS[name], meta }),
);

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/console/'),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      {
        path: '/login',
        name: 'login',
        component: () => import('./login/LoginView.vue'),
        meta: { title: '登录', public: true },
      },
      { path: '/', component: () => import('./layout/ShellView.vue'), meta: { title: '' }, children: screens },
    ],
  });
  router.beforeEach(async (to) => {
    if (to.meta.public === true) return true;
    return (await useSession().resume()) ? true : { name: 'login', query: { to: to.fullPath } };
  });
  router.afterEach((to) => {
    document.title = `${to.meta.title} · 乡音`;
  });
  return router;
}
