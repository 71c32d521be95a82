import {
  assert,
  ERRORS,
  Problem,
  type Route,
  type RouteInput,
  type RouteName,
  type RouteResponse,
  routes,
} from '@syncline/protocol';
import * as z from 'zod/mini';
import type { ApiEvent, ApiResult } from '../../lambdas/runtime/api-event.ts';
import { type ApiHandler, createApiHandler } from '../../lambdas/runtime/create-api-handler.ts';
import type { RouteOperations } from '../../lambdas/runtime/route-operation.ts';
import type { AppendedEntry } from '../../lambdas/sockets/notify-devices.ts';
import { deliverPushes } from './deliver-pushes.ts';
import { inMemoryOperations } from './in-memory-operations.ts';
import { createInMemoryStores, type InMemoryStores, type InMemoryStoresOptions } from './in-memory-stores.ts';

/** Who sends a request: what the authorizer would make of the access token, and the device that the client names. */
export interface TestCaller {
  /** Absent: no token is sent. */
  readonly subject?: string;
  readonly deviceId?: string;
  /** Of which sign-in the token is; absent, as with an issuer that does not say so. */
  readonly signIn?: string;
  /** Groups of the user pool, as the authorizer hands them on. */
  readonly groups?: string;
  /** A verified address, where the issuer tells it. */
  readonly email?: string;
  /** Where the request comes from, for links. */
  readonly address?: string;
  /** Of a link. */
  readonly password?: string;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number; readonly problem: Problem };

export interface InMemoryServiceOptions extends InMemoryStoresOptions {
  /** What the operations see of the stores; the stores themselves when absent. */
  readonly seen?: (stores: InMemoryStores) => InMemoryStores;
  /** What the handler calls in place of the operations. */
  readonly watched?: (operations: RouteOperations<RouteName>) => RouteOperations<RouteName>;
  readonly dedupScope?: 'deployment' | 'account';
  readonly quotaBytes?: number;
  readonly streamUrl?: string;
}

export const TEST_ISSUER = 'https://issuer.memory.test';
export const TEST_QUOTA_BYTES = 10_000_000_000;

/**
 * The whole service in one process: every route's real decoding, operation and encoding over the memory stores. What AWS
 * does around it (checking a token's signature, matching a path) is done here as simply as it can be.
 */
export class InMemoryService {
  readonly stores: InMemoryStores;
  readonly #handler: ApiHandler;

  constructor(options: InMemoryServiceOptions = {}) {
    this.stores = createInMemoryStores(options);
    const seen = options.seen?.(this.stores) ?? this.stores;
    const { clock, telemetry, accounts, attempts } = seen;
    const settings = {
      dedupScope: options.dedupScope ?? 'deployment',
      quotaBytes: options.quotaBytes ?? TEST_QUOTA_BYTES,
      streamUrl: options.streamUrl,
    } as const;
    const operations = inMemoryOperations(seen, settings);
    this.#handler = createApiHandler<RouteName>(
      { clock, telemetry, accounts, attempts },
      routes,
      options.watched?.(operations) ?? operations,
    );
  }

  /** Calls a route as a client would. What it answers is checked against the contract. */
  async invoke<N extends RouteName>(
    name: N,
    input: RouteInput<N>,
    caller: TestCaller = {},
  ): Promise<Answer<RouteResponse<N>>> {
    const { parameters, query, body } = input as Parts;
    const result = await this.handle({
      ...eventOf(routes[name], caller),
      ...(parameters === undefined ? {} : { pathParameters: parameters }),
      ...(query === undefined ? {} : { queryStringParameters: query }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answerOf(name, result);
  }

  /** Gives an event to the handler as it is. */
  handle(event: ApiEvent): Promise<ApiResult> {
    return this.#handler(event);
  }

  /** Does what the journal's stream does after commits: tells the members' devices. Answers what was told. */
  async deliverPushes(): Promise<readonly AppendedEntry[]> {
    const entries = this.stores.namespaces.takeAppended();
    await deliverPushes(this.stores, entries);
    return entries;
  }
}

interface Parts {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An event of API Gateway for a route, without its input. */
export function eventOf(
  route: Route,
  { subject, deviceId, signIn, email, address, password, groups }: TestCaller,
): ApiEvent {
  const session = {
    ...(signIn === undefined ? {} : { origin_jti: signIn }),
    ...(email === undefined ? {} : { email, email_verified: 'true' }),
    ...(groups === undefined ? {} : { 'cognito:groups': groups }),
  };
  const claims = { iss: TEST_ISSUER, sub: subject, token_use: 'access', client_id: 'memory', ...session };
  return {
    routeKey: `${route.method} ${route.path}`,
    headers: {
      ...(deviceId === undefined ? {} : { 'x-device-id': deviceId }),
      ...(password === undefined ? {} : { 'x-link-password': password }),
    },
    requestContext: {
      requestId: 'request-1',
      ...(address === undefined ? {} : { http: { sourceIp: address } }),
      ...(subject === undefined ? {} : { authorizer: { jwt: { claims } } }),
    },
  };
}

function answerOf<N extends RouteName>(name: N, result: ApiResult): Answer<RouteResponse<N>> {
  const json: unknown = JSON.parse(result.body);
  if (result.statusCode === 200) {
    const decoded = z.safeParse(routes[name].response, json);
    assert(decoded.success, `${name} answered something that is not in the contract: ${decoded.error?.message}`);
    return { ok: true, value: decoded.data as RouteResponse<N> };
  }
  const problem = Problem.parse(json);
  assert(ERRORS[problem.code].status === result.statusCode, 'a refusal has the status of its code');
  assert(ERRORS[problem.code].remedy === problem.remedy, 'a refusal has the remedy of its code');
  return { ok: false, status: result.statusCode, problem };
}
