import type * as z from 'zod/mini';
import { accountRoutes } from './account-routes.ts';
import { deviceRoutes } from './device-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { journalRoutes } from './journal-routes.ts';
import { linkRoutes } from './link-routes.ts';
import { nodeRoutes } from './node-routes.ts';
import { operatorRoutes } from './operator-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { sharingRoutes } from './sharing-routes.ts';
import { socketRoutes } from './socket-routes.ts';
import { starRoutes } from './star-routes.ts';
import { uploadRoutes } from './upload-routes.ts';
import { usageRoutes } from './usage-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** One entry of the HTTP contract; absent parts take nothing. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** API Gateway's form: `/v1/nodes/{nodeId}`. */
  readonly path: `/v1/${string}`;
  /** One sentence for the reference. */
  readonly summary: string;
  /**
   * `account`: an access token. `device`: also `X-Device-Id`, a registered device of that account. `link`: no account, but a
   * link's token in the path, and its password, if it has one, in `X-Link-Password`. `operator`: an access token of somebody who runs the deployment.
   */
  readonly access: 'public' | 'account' | 'device' | 'link' | 'operator';
  readonly parameters?: z.core.$ZodType;
  readonly query?: z.core.$ZodType;
  readonly body?: z.core.$ZodType;
  readonly response: z.core.$ZodType;
  /** Changes nothing, although it is no GET. */
  readonly isSafe?: true;
  /** Served also when the sign-in has ended: what is left to a device that was unlinked. It learns and changes nothing but its own row. */
  readonly isLastWord?: true;
  /** `download`: no JSON, but 302 with an address or the bytes themselves, for browsers and such; clients have the other routes. */
  readonly answer?: 'download';
}

/**
 * Every route of the HTTP API. Handlers, client, infrastructure and reference are all made from this table. A function carries
 * only the parts that its own routes are in.
 */
export const routes = {
  ...accountRoutes,
  ...deviceRoutes,
  ...uploadRoutes,
  ...journalRoutes,
  ...nodeRoutes,
  ...searchRoutes,
  ...historyRoutes,
  ...sharingRoutes,
  ...linkRoutes,
  ...usageRoutes,
  ...socketRoutes,
  ...starRoutes,
  ...operatorRoutes,
  ...webhookRoutes,
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
/** The routes that answer JSON. */
export type JsonRouteName = {
  readonly [N in RouteName]: (typeof routes)[N] extends { readonly answer: 'download' } ? never : N;
}[RouteName];

type PartOf<R, Part extends string> = R extends { readonly [key in Part]: infer S extends z.core.$ZodType } ? S : never;
/** What a caller passes for a route: only the parts that the route has. */
export type RouteInput<N extends RouteName> = {
  readonly [Part in 'parameters' | 'query' | 'body' as (typeof routes)[N] extends { readonly [key in Part]: unknown }
    ? Part
    : never]: z.input<PartOf<(typeof routes)[N], Part>>;
};
/** What a handler of a route gets after decoding. */
export type RouteRequest<N extends RouteName> = {
  readonly [Part in 'parameters' | 'query' | 'body' as (typeof routes)[N] extends { readonly [key in Part]: unknown }
    ? Part
    : never]: z.output<PartOf<(typeof routes)[N], Part>>;
};
export type RouteResponse<N extends RouteName> = z.output<(typeof routes)[N]['response']>;
