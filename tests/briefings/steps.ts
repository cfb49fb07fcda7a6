import type { BriefingView } from '../../src/briefings/briefings.contract.ts';
import type { Audience } from '../../src/subscribers/index.ts';
import { callRoute, LEADER, type TestArticle, type World } from './harness.ts';

const PATH = '/api/v1/briefings';
const ONE = `${PATH}/:id`;

/** The staff's steps through the routes, for tests. */
export function stepsOf({ briefings, articles, clock }: World) {
  const routes = briefings.routes;
  const act = async (id: string, step: string, body?: unknown, caller = LEADER): Promise<BriefingView> =>
    callRoute(routes, 'post', `${ONE}/${step}`, { params: { id }, body, caller });
  const byDispatcher = async (id: string, step: string, body?: unknown): Promise<BriefingView> =>
    callRoute(routes, 'post', `${ONE}/${step}`, { params: { id }, body });
  const compose = async (
    over: { articles?: readonly TestArticle[]; audience?: Audience; title?: string } = {},
  ): Promise<BriefingView> => {
    const chosen = over.articles ?? [articles.add()];
    return callRoute(routes, 'post', PATH, {
      body: {
        title: over.title ?? '本周简报',
        articleIds: chosen.map(({ frozen }) => frozen.articleId),
        audience: over.audience ?? { kind: 'all' },
      },
    });
  };
  const approved = async (over: Parameters<typeof compose>[0] = {}): Promise<BriefingView> => {
    const { id } = await compose(over);
    await byDispatcher(id, 'submit');
    return act(id, 'approve');
  };
  return {
    act,
    byDispatcher,
    compose,
    approved,
    /** Approved and due. */
    due: async (over: Parameters<typeof compose>[0] = {}): Promise<BriefingView> => {
      const { id } = await approved(over);
      const scheduled = await byDispatcher(id, 'schedule', {});
      clock.move(1_000);
      return scheduled;
    },
    get: async (id: string): Promise<BriefingView & { manualPush?: unknown }> =>
      callRoute(routes, 'get', ONE, { params: { id } }),
    list: async (query: unknown = {}): Promise<{ items: BriefingView[]; nextCursor: string | null }> =>
      callRoute(routes, 'get', PATH, { query }),
    quota: async (): Promise<{ used: number; left: number; limit: number; period: string }> =>
      callRoute(routes, 'get', `${PATH}/quota`),
    edit: async (id: string, body: unknown): Promise<BriefingView> =>
      callRoute(routes, 'patch', ONE, { params: { id }, body }),
  };
}

/** Waits until `look` is true; the platform's events come when they come. */
export async function until(look: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 6_000; attempt += 1) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen');
}
