import type { RouteName, RouteRequest, RouteResponse, routes } from '@syncline/protocol';
import type { Caller, DeviceCaller, LinkVisitor } from './caller.ts';
import type { Outcome } from './outcome.ts';

/** Who stands behind a route's operation, by the access that the route asks for. */
export type CallerOf<N extends RouteName> = {
  readonly public: undefined;
  readonly account: Caller;
  readonly device: DeviceCaller;
  readonly link: LinkVisitor;
  readonly operator: Caller;
}[(typeof routes)[N]['access']];

/** What a route does once its request is decoded and its caller known. */
export type RouteOperation<N extends RouteName> = (
  request: RouteRequest<N>,
  caller: CallerOf<N>,
) => Promise<Outcome<RouteResponse<N>>>;

/** The operations of one function, by route. */
export type RouteOperations<N extends RouteName> = { readonly [K in N]: RouteOperation<K> };
