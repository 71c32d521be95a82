import type { DeviceId, JsonRouteName, Problem, Route, RouteInput, RouteResponse } from '@syncline/protocol';
import { routes } from '@syncline/protocol';
import type { AccessTokens } from './access-tokens.ts';
import { ApiBases } from './api-bases.ts';
import { createRouteCaller } from './call-route.ts';
import type { Clock, Random } from './clock.ts';
import type { Transport } from './transport.ts';

/** What the service answered: the value, or the refusal with its remedy. */
export type ApiAnswer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of the link whose token is in the parameters. */
  readonly linkPassword?: string | undefined;
}
type CallArguments<N extends JsonRouteName> =
  Record<string, never> extends RouteInput<N> ? [input?: CallOptions] : [input: RouteInput<N> & CallOptions];

/**
 * One method per route that answers JSON, such as `api.commit({ body })` or `api.getContent({ parameters, query, signal })`.
 *
 * Every route is safe to repeat (commits by opId, uploads by content), so a request is repeated with jitter while the network
 * fails or the service says 429, 500 or 503, up to API_RETRY; what is refused then is answered as the last problem.
 * A refused access token is renewed, up to RENEWALS_MAX times. What has moved to another cell of the deployment is asked for there, up to MOVES_MAX times.
 *
 * @throws UnavailableError  no answer, or none that fits the contract, within API_RETRY.
 * @throws the signal's reason, when the caller aborted.
 */
export type ApiClient = {
  readonly [N in JsonRouteName]: (...input: CallArguments<N>) => Promise<ApiAnswer<RouteResponse<N>>>;
};

export interface ApiClientDependencies {
  /** Such as `https://api.example.com`, without `/v1`. Of several cells it is where they are asked for. */
  readonly baseUrl: string;
  readonly transport: Transport;
  readonly tokens: AccessTokens;
  /** Sent as `X-Device-Id` where a route asks for a device. */
  readonly deviceId: DeviceId;
  readonly clock: Clock;
  readonly random: Random;
}

/** Makes the client from the route table. */
export function createApiClient(dependencies: ApiClientDependencies): ApiClient {
  const readCells = async (signal: AbortSignal | undefined): Promise<readonly string[]> => {
    const answer = await client.getConfiguration({ signal });
    return answer.ok ? (answer.value.cells ?? []) : [];
  };
  const bases = new ApiBases({ baseUrl: dependencies.baseUrl, readCells });
  const call = createRouteCaller({ ...dependencies, bases });
  const answering = Object.entries<Route>(routes).filter(([, route]) => route.answer === undefined);
  const methods = answering.map(([name]) => [name, call(name as JsonRouteName)]);
  const client = Object.fromEntries(methods) as ApiClient;
  return client;
}
