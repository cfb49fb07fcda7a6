import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router';
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

/** Every screen. Each is a bundle of its own, loaded when it is opened. */
const screens: RouteRecordRaw[] = [
  { path: '/', name: 'desk', component: () => import('./desk/DeskView.vue'), meta: { title: '工作台', menu: 1 } },
  {
    path: '/articles',
    name: 'articles',
    component: () => import('./articles/ArticleListView.vue'),
    meta: { title: '信息', action: 'articles.read', menu: 2 },
  },
  {
    path: '/articles/new',
    name: 'article-new',
    component: () => import('./articles/ArticleEditView.vue'),
    meta: { title: '写信息', action: 'articles.write' },
  },
  {
    path: '/articles/:id',
    name: 'article',
    component: () => import('./articles/ArticleView.vue'),
    meta: { title: '信息', action: 'articles.read' },
  },
  {
    path: '/articles/:id/edit',
    name: 'article-edit',
    component: () => import('./articles/ArticleEditView.vue'),
    meta: { title: '修改信息', action: 'articles.write' },
  },
  {
    path: '/briefings',
    name: 'briefings',
    component: () => import('./briefings/BriefingListView.vue'),
    meta: { title: '简报', action: 'briefings.read', menu: 3 },
  },
  {
    path: '/briefings/new',
    name: 'briefing-new',
    component: () => import('./briefings/BriefingEditView.vue'),
    meta: { title: '编简报', action: 'briefings.compose' },
  },
  {
    path: '/briefings/:id',
    name: 'briefing',
    component: () => import('./briefings/BriefingView.vue'),
    meta: { title: '简报', action: 'briefings.read' },
  },
  {
    path: '/briefings/:id/edit',
    name: 'briefing-edit',
    component: () => import('./briefings/BriefingEditView.vue'),
    meta: { title: '修改简报', action: 'briefings.compose' },
  },
  {
    path: '/complaints',
    name: 'complaints',
    component: () => import('./complaints/ComplaintListView.vue'),
    meta: { title: '诉求', action: 'complaints.read', menu: 4 },
  },
  {
    path: '/complaints/:ticket',
    name: 'complaint',
    component: () => import('./complaints/ComplaintView.vue'),
    meta: { title: '诉求', action: 'complaints.read' },
  },
  {
    path: '/subscribers',
    name: 'subscribers',
    component: () => import('./subscribers/SubscribersView.vue'),
    meta: { title: '群众', action: 'subscribers.read', menu: 5 },
  },
  {
    path: '/menu',
    name: 'menu',
    component: () => import('./menu/MenuView.vue'),
    meta: { title: '菜单', action: 'menu.read', menu: 6 },
  },
  {
    path: '/tipoffs',
    name: 'tipoffs',
    component: () => import('./tipoffs/TipoffListView.vue'),
    meta: { title: '举报', action: 'tipoffs.handle', menu: 7 },
  },
  {
    path: '/tipoffs/:code',
    name: 'tipoff',
    component: () => import('./tipoffs/TipoffView.vue'),
    meta: { title: '举报', action: 'tipoffs.handle' },
  },
  {
    path: '/figures',
    name: 'figures',
    component: () => import('./figures/FiguresView.vue'),
    meta: { title: '统计', action: 'figures.read', menu: 7.5 },
  },
  {
    path: '/audit',
    name: 'audit',
    component: () => import('./audit/AuditView.vue'),
    meta: { title: '审计', action: 'audit.read', menu: 8 },
  },
  {
    path: '/staff',
    name: 'staff',
    component: () => import('./staff/StaffListView.vue'),
    meta: { title: '人员', action: 'staff.manage', menu: 9 },
  },
  {
    path: '/health',
    name: 'health',
    component: () => import('./health/HealthView.vue'),
    meta: { title: '运行', action: 'health.read', menu: 10 },
  },
  {
    path: '/account',
    name: 'account',
    component: () => import('./login/AccountView.vue'),
    meta: { title: '我的账号' },
  },
  {
    path: '/:rest(.*)*',
    name: 'lost',
    component: () => import('./layout/LostView.vue'),
    meta: { title: '没有这个页面' },
  },
];

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
