import { decodeCursor, defineRoute, encodeCursor, type Route } from '../http/index.ts';
import { AppError } from '../kernel/index.ts';
import type { PushesApi } from '../pushes/index.ts';
import type { TownGroups } from '../subscribers/index.ts';
import type { Briefing } from './briefing.ts';
import * as contract from './briefings.contract.ts';
import type { BriefingsService } from './briefings.service.ts';
import type { BriefingsStore } from './briefings.store.ts';
import { viewOf } from './briefings.view.ts';
import { type PreviewDeps, previewBriefing } from './preview.ts';
import type { SchedulingService } from './scheduling.service.ts';

export interface RoutesDeps {
  readonly service: BriefingsService;
  readonly scheduling: SchedulingService;
  readonly preview: PreviewDeps;
  readonly pushes: Pick<PushesApi, 'views' | 'byHand' | 'deletionOffer' | 'deletePushed'>;
  readonly store: BriefingsStore;
  readonly town: TownGroups;
}

const PATH = '/api/v1/briefings';

/** Every route of the staff API that concerns briefings. */
export function briefingsRoutes(deps: RoutesDeps): Route[] {
  const views: Views = async (briefings) => {
    const found = await deps.pushes.views(briefings.map(({ id }) => id));
    return briefings.flatMap((briefing) => {
      const push = found.get(briefing.id);
      return push === undefined ? [] : [viewOf(briefing, push, deps.town)];
    });
  };
  const view: View = async (briefing) => {
    const [only] = await views([briefing]);
    if (only === undefined) throw new Error('a briefing without a view');
    return only;
  };
  return [...readingRoutes(deps, view, views), ...writingRoutes(deps, view), ...sendingRoutes(deps, view)];
}

type View = (briefing: Briefing) => Promise<contract.BriefingView>;
type Views = (briefings: readonly Briefing[]) => Promise<contract.BriefingView[]>;

function readingRoutes({ service, scheduling, pushes, store }: RoutesDeps, view: View, views: Views): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${PATH}/quota`,
      allow: { action: 'briefings.read' },
      summary: 'Pushes used and left in the current period',
      response: contract.quotaResponse,
      query: contract.quotaQuery,
      handler: async ({ query: { at } }) => scheduling.quota(at === undefined ? undefined : new Date(at)),
    }),
    defineRoute({
      method: 'get',
      path: `${PATH}/calendar`,
      allow: { action: 'briefings.read' },
      summary: 'A month with its holidays, its briefings and the pushes left on each day',
      query: contract.calendarQuery,
      response: contract.calendarResponse,
      handler: async ({ query }) => scheduling.calendar(query.month, query.for),
    }),
    defineRoute({
      method: 'get',
      path: PATH,
      allow: { action: 'briefings.read' },
      summary: 'Briefings, newest first',
      query: contract.listQuery,
      response: contract.briefingsResponse,
      handler: async ({ query: { limit, cursor, status, articleId } }) => {
        const before = cursor === undefined ? undefined : positionOf(cursor);
        const found = await store.list({
          limit: limit + 1,
          ...(status === undefined ? {} : { status }),
          ...(articleId === undefined ? {} : { articleId }),
          ...(before === undefined ? {} : { before }),
        });
        const items = found.slice(0, limit);
        const last = items.at(-1);
        return { items: await views(items), nextCursor: found.length > limit && last ? encodeCursor([last.id]) : null };
      },
    }),
    defineRoute({
      method: 'get',
      path: `${PATH}/:id`,
      allow: { action: 'briefings.read' },
      summary: 'One briefing with what became of its push',
      params: contract.briefingParams,
      response: contract.briefingDetailResponse,
      handler: async ({ params }) => {
        const briefing = await service.get(params.id);
        const manualPush = await pushes.byHand(params.id);
        const deletePushed = await pushes.deletionOffer(params.id);
        return {
          ...(await view(briefing)),
          ...(manualPush === undefined ? {} : { manualPush }),
          ...(deletePushed === undefined ? {} : { deletePushed }),
        };
      },
    }),
  ];
}

function positionOf(cursor: string): string {
  const [id] = decodeCursor(cursor, ['string'] as const);
  if (!/^[0-9a-f]{24}$/.test(id)) throw new AppError('invalid_input');
  return id;
}

function writingRoutes({ service }: RoutesDeps, view: View): Route[] {
  const response = contract.briefingResponse;
  const params = contract.briefingParams;
  return [
    defineRoute({
      method: 'post',
      path: PATH,
      allow: { action: 'briefings.compose' },
      summary: 'Composes a briefing of 1 to 8 approved articles',
      status: 201,
      body: contract.composeRequest,
      response,
      handler: async ({ caller, body }) => view(await service.compose(caller, body)),
    }),
    defineRoute({
      method: 'patch',
      path: `${PATH}/:id`,
      allow: { action: 'briefings.compose' },
      summary: 'Edits a briefing; takes back submission and approval',
      params,
      body: contract.editRequest,
      response,
      handler: async ({ caller, params, body }) => view(await service.edit(caller, params.id, body)),
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/submit`,
      allow: { action: 'briefings.compose' },
      summary: 'Freezes exact versions and asks for approval',
      params,
      body: contract.emptyRequest,
      response,
      handler: async ({ caller, params }) => view(await service.submit(caller, params.id)),
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/approve`,
      allow: { action: 'briefings.approve' },
      summary: 'Approves the frozen content, by a leader who neither composed nor submitted it',
      params,
      body: contract.approveRequest,
      response,
      handler: async ({ caller, params, body }) => view(await service.approve(caller, params.id, body?.contentHash)),
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/reject`,
      allow: { action: 'briefings.approve' },
      summary: 'Sends it back with a reason',
      params,
      body: contract.rejectRequest,
      response,
      handler: async ({ caller, params, body }) =>
        view(await service.reject(caller, params.id, body.reason, body.contentHash)),
    }),
  ];
}

function sendingRoutes({ service, scheduling, preview, pushes }: RoutesDeps, view: View): Route[] {
  const response = contract.briefingResponse;
  const params = contract.briefingParams;
  return [
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/schedule`,
      allow: { action: 'briefings.schedule' },
      summary: 'Sets or moves the time of the push; without one, as soon as the lead time allows',
      params,
      body: contract.scheduleRequest,
      response: contract.scheduledResponse,
      handler: async ({ caller, params, body }) => {
        const { briefing, warnings } = await scheduling.schedule(caller, params.id, body ?? {});
        return { ...(await view(briefing)), warnings };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/cancel`,
      allow: { action: 'briefings.schedule' },
      summary: 'Cancels; possible until the push has begun',
      params,
      body: contract.emptyRequest,
      response,
      handler: async ({ caller, params }) => view(await service.cancel(caller, params.id)),
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/preview`,
      allow: { action: 'briefings.schedule' },
      summary: 'Shows it on one phone: the given one, else the bound one of the caller',
      params,
      body: contract.previewRequest,
      response,
      handler: async ({ caller, params, body }) => {
        const briefing = await service.get(params.id);
        await previewBriefing(preview, caller, briefing, body?.openid);
        return view(briefing);
      },
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/resolve`,
      allow: { action: 'briefings.resolve' },
      summary: 'A leader says what became of a push of which the platform said nothing',
      params,
      body: contract.resolveRequest,
      response,
      handler: async ({ caller, params, body }) => view(await scheduling.resolve(caller, params.id, body)),
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/delete-pushed`,
      // Who may take an article back may take its push back.
      allow: { action: 'articles.withdraw' },
      summary: 'Takes a pushed message, or one of its articles, off the phones: its whole link dies',
      params,
      body: contract.deletePushedRequest,
      response,
      handler: async ({ caller, params, body }) => {
        await service.get(params.id);
        await pushes.deletePushed(caller, params.id, body);
        return view(await service.get(params.id));
      },
    }),
  ];
}
