import type { Page } from 'playwright-core';
import type { Scenery } from './scenery.ts';

/** One picture: who looks at what. */
export interface Scene {
  /** File name without width and ending. */
  readonly name: string;
  /** What it shows, in Chinese, for the list of pictures. */
  readonly title: string;
  /** Account of the console; left out for what a resident sees. */
  readonly who?: string;
  /** A window with cookies of its own, for what a cookie changes. */
  readonly window?: string;
  /** Address below the service, or whole. */
  readonly at: (scenery: Scenery, sandbox: string) => string;
  /** What is clicked before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
  /** Widths in pixels; 360 and 1440 where left out. */
  readonly widths?: readonly number[];
  /** Only what fits on the screen, not the whole page. */
  readonly screenOnly?: boolean;
}

const screen = (path: string) => () => `/console${path}`;

/** Pages that any resident may open. */
const PAGES: readonly Scene[] = [
  { name: 'page-home', title: '首页', at: () => '/' },
  { name: 'page-category', title: '公开目录一类', at: ({ category }) => category },
  { name: 'page-article', title: '信息', at: ({ article }) => article },
  { name: 'page-village', title: '行政村', at: ({ village }) => village },
  { name: 'page-search', title: '搜索', at: () => `/search?q=${encodeURIComponent('低保')}` },
  { name: 'page-search-none', title: '搜索：没有找到', at: () => `/search?q=${encodeURIComponent('飞机票')}` },
  { name: 'page-complaint', title: '我的诉求', at: ({ ticketPage }) => ticketPage },
  { name: 'page-about', title: '关于和怎样提诉求', at: () => '/about' },
  { name: 'page-privacy', title: '隐私', at: () => '/privacy' },
  { name: 'page-large', title: '大字', at: ({ article }) => `/text-size/large?back=${article}`, window: 'large' },
  { name: 'page-print', title: '打印张贴', at: ({ article }) => `${article}/print` },
  { name: 'page-print-list', title: '打印清单', at: ({ village }) => `${village}/print` },
  { name: 'page-withdrawn', title: '已撤回的信息', at: ({ withdrawn }) => withdrawn },
  { name: 'page-lost', title: '没有这个页面', at: () => '/articles/nothing-here' },
];

const PHONE: readonly Scene[] = [
  { name: 'phone', title: '模拟手机', at: (_, sandbox) => `${sandbox}/`, screenOnly: true },
];

/** Screens of the console, each as the role that works there most. */
const SCREENS: readonly Scene[] = [
  { name: 'login', title: '登录', at: screen('/login') },
  { name: 'desk-dispatcher', title: '工作台（党政办）', who: 'dispatcher', at: screen('/') },
  { name: 'desk-leader', title: '工作台（分管领导）', who: 'leader', at: screen('/') },
  { name: 'articles', title: '信息', who: 'editor', at: screen('/articles') },
  { name: 'article-new', title: '写信息', who: 'editor', at: screen('/articles/new') },
  {
    name: 'article-edit',
    title: '修改信息',
    who: 'editor',
    at: ({ returned }) => `/console/articles/${returned}/edit`,
  },
  {
    name: 'article-returned',
    title: '退回的信息',
    who: 'editor',
    at: ({ returned }) => `/console/articles/${returned}`,
  },
  { name: 'review', title: '审核', who: 'leader', at: ({ waiting }) => `/console/articles/${waiting}` },
  {
    name: 'review-changes',
    title: '审核：改了什么',
    who: 'leader',
    at: ({ waiting }) => `/console/articles/${waiting}`,
    act: async (page) => page.getByText('改了什么', { exact: true }).click(),
  },
  { name: 'briefings', title: '简报', who: 'dispatcher', at: screen('/briefings') },
  { name: 'briefing-new', title: '编简报', who: 'dispatcher', at: screen('/briefings/new') },
  {
    name: 'briefing-schedule',
    title: '排时间',
    who: 'dispatcher',
    at: ({ briefingApproved }) => `/console/briefings/${briefingApproved}`,
  },
  {
    name: 'briefing-delivered',
    title: '推送的经过',
    who: 'dispatcher',
    at: ({ briefingDelivered }) => `/console/briefings/${briefingDelivered}`,
  },
  { name: 'complaints', title: '诉求', who: 'dispatcher', at: screen('/complaints') },
  { name: 'complaint', title: '一件诉求', who: 'clerk', at: ({ ticket }) => `/console/complaints/${ticket}` },
  {
    name: 'complaint-answer',
    title: '答复：群众会看到的样子',
    who: 'clerk',
    at: ({ ticket }) => `/console/complaints/${ticket}`,
    act: async (page) => {
      await page.getByLabel('答复（群众会收到').fill('电工明天上午到现场修，修好后再告诉您。');
      await page.waitForLoadState('networkidle');
    },
  },
  { name: 'tipoffs', title: '举报', who: 'discipline', at: screen('/tipoffs') },
  { name: 'tipoff', title: '一件举报', who: 'discipline', at: ({ tipoff }) => `/console/tipoffs/${tipoff}` },
  { name: 'subscribers', title: '群众', who: 'dispatcher', at: screen('/subscribers') },
  { name: 'menu', title: '菜单', who: 'dispatcher', at: screen('/menu') },
  { name: 'figures', title: '统计', who: 'leader', at: screen('/figures') },
  { name: 'audit', title: '审计', who: 'supervisor', at: screen('/audit') },
  { name: 'staff', title: '人员', who: 'admin', at: screen('/staff') },
  { name: 'health', title: '运行', who: 'admin', at: screen('/health') },
  { name: 'account', title: '我的账号', who: 'leader', at: screen('/account') },
  { name: 'forbidden', title: '没有权限', who: 'editor', at: screen('/complaints') },
  { name: 'lost', title: '没有这个页面', who: 'editor', at: screen('/nothing-here') },
];

export const SCENES: readonly Scene[] = [...PAGES, ...PHONE, ...SCREENS];
