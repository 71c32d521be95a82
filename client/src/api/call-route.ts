import {
  decodeAnswer,
  ERRORS,
  type ErrorCode,
  type JsonRouteName,
  Problem,
  type Route,
  routes,
} from '@syncline/protocol';
import * as z from 'zod/mini';
import type { ApiBases } from './api-bases.ts';
import type { ApiAnswer, ApiClientDependencies } from './api-client.ts';
import { parseRetryAfter, retryDelayMs } from './backoff.ts';
import {
  ANSWER_BYTES_MAX,
  API_RETRY,
  MOVES_MAX,
  RENEWALS_MAX,
  REQUEST_TIMEOUT_MS,
  RETRY_AFTER_MS_MAX,
} from './limits.ts';
import { namespaceOf } from './namespace-of.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';
import { UnavailableError } from './unavailable-error.ts';

/** What a caller passes, of which the route takes its parts. */
interface CallInput {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly linkPassword?: string | undefined;
}

interface CallDependencies extends ApiClientDependencies {
  readonly bases: ApiBases;
}

/** Makes the function behind a route's method; ApiClient states what it guarantees. */
export function createRouteCaller(dependencies: CallDependencies) {
  return (name: JsonRouteName) => {
    const route: Route = routes[name];
    return (input: CallInput = {}): Promise<ApiAnswer<unknown>> => callRoute(dependencies, route, input);
  };
}

async function callRoute(dependencies: CallDependencies, route: Route, input: CallInput): Promise<ApiAnswer<unknown>> {
  const request = encodeRequest(dependencies, route, input);
  const isOpen = route.access === 'public' || route.access === 'link';
  let token = isOpen ? undefined : await dependencies.tokens.current(input.signal);
  let renewals = 0;
  let moves = 0;
  for (let attempt = 1; ; attempt++) {
    const base = isOpen ? dependencies.baseUrl : dependencies.bases.baseOf(namespaceOf(input));
    const attempted = await sendOnce(dependencies, authorized({ ...request, url: base + request.url }, token));
    const answer = attempted.kind === 'answer' ? readAnswer(route, attempted.response) : undefined;
    if (answer?.ok === true) return answer;
    if (answer?.problem.code === 'unauthenticated' && token !== undefined && renewals < RENEWALS_MAX) {
      token = await dependencies.tokens.renew(token, input.signal);
      if (token === undefined) return answer;
      renewals += 1;
      continue;
    }
    if (answer?.problem.code === 'moved' && !isOpen && moves++ < MOVES_MAX) {
      if (await follow(dependencies, input, answer.problem)) continue;
      return answer;
    }
    const wait = answer === undefined ? 0 : retryWaitMs(answer.problem, attempted, dependencies.clock.now());
    if (answer !== undefined && wait === undefined) return answer;
    if (attempt >= API_RETRY.attemptsMax) {
      if (answer !== undefined) return answer;
      throw new UnavailableError('the service could not be reached', { cause: attempted.cause });
    }
    const delay = retryDelayMs({ budget: API_RETRY, attempt, random: dependencies.random, retryAfterMs: wait });
    await dependencies.clock.sleep(delay, input.signal);
  }
}

/** Whether the request is to be sent once more, to another cell. */
async function follow({ bases }: CallDependencies, input: CallInput, { details }: Problem): Promise<boolean> {
  const asked = namespaceOf(input);
  if (details?.apiBase === undefined) return false;
  if (details.namespaceId !== undefined && details.namespaceId !== asked) return false;
  return bases.follow({ namespaceId: details.namespaceId, to: details.apiBase, signal: input.signal });
}

/** A request whose address lacks its base. */
function encodeRequest(dependencies: ApiClientDependencies, route: Route, input: CallInput): TransportRequest {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(input.parameters?.[name] ?? ''),
  );
  const query = Object.entries(input.query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  const hasBody = route.body !== undefined;
  return {
    method: route.method,
    url: path + (query.length > 0 ? `?${query.join('&')}` : ''),
    headers: {
      accept: 'application/json',
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(route.access === 'device' ? { 'x-device-id': dependencies.deviceId } : {}),
      ...(route.access === 'link' && input.linkPassword !== undefined ? { 'x-link-password': input.linkPassword } : {}),
    },
    ...(hasBody ? { body: JSON.stringify(input.body ?? {}) } : {}),
    answerBytesMax: ANSWER_BYTES_MAX,
    timeoutMs: REQUEST_TIMEOUT_MS,
    signal: input.signal,
  };
}

function authorized(request: TransportRequest, token: string | undefined): TransportRequest {
  if (token === undefined) return request;
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
}

type Attempt =
  | { readonly kind: 'answer'; readonly response: TransportResponse; readonly cause?: undefined }
  | { readonly kind: 'failed'; readonly response?: undefined; readonly cause: UnavailableError };

async function sendOnce({ transport }: ApiClientDependencies, request: TransportRequest): Promise<Attempt> {
  try {
    return { kind: 'answer', response: await transport.send(request) };
  } catch (cause) {
    if (cause instanceof UnavailableError) return { kind: 'failed', cause };
    throw cause;
  }
}

/** @throws UnavailableError for an answer that does not fit the contract: another service, or another version of it. */
function readAnswer(route: Route, response: TransportResponse): ApiAnswer<unknown> {
  const json = parseJson(response.body);
  if (response.status >= 400) return { ok: false, problem: readProblem(response, json) };
  const decoded = decodeAnswer(route.response, json);
  if (response.status === 200 && decoded.success) return { ok: true, value: decoded.data };
  const defect = decoded.error === undefined ? '' : `: ${z.prettifyError(decoded.error)}`;
  throw new UnavailableError(
    `${route.method} ${route.path} answered ${response.status} with a body that is not of this protocol version${defect}`,
  );
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    // Whatever is not JSON fits no schema; the caller says so with the route and the status.
    return undefined;
  }
}

/** A refusal as the service wrote it, or, from what stands before the service (gateway, proxy), what its status means. */
function readProblem(response: TransportResponse, json: unknown): Problem {
  const decoded = z.safeParse(Problem, json);
  if (decoded.success) return decoded.data;
  const code = codeOfStatus(response.status);
  return {
    type: 'about:blank',
    title: code,
    status: response.status,
    code,
    remedy: ERRORS[code].remedy,
    // A gateway looks at tokens before the service does, and has no words of its own.
    detail:
      code === 'unauthenticated'
        ? 'the sign-in of this device has ended, or is not valid'
        : `the service's gateway answered ${response.status}`,
    requestId: response.headers['apigw-requestid'] ?? response.headers['x-amzn-requestid'] ?? 'unknown',
  };
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 502 || status === 504) return 'unavailable';
  const codes = Object.keys(ERRORS) as ErrorCode[];
  return codes.find((code) => ERRORS[code].status === status) ?? (status >= 500 ? 'internal' : 'invalid_request');
}

/** The least pause before a repeat, in milliseconds; undefined when a repeat would be pointless or unwelcome. */
function retryWaitMs(problem: Problem, attempted: Attempt, nowMs: number): number | undefined {
  if (problem.code !== 'rate_limited' && problem.code !== 'unavailable' && problem.code !== 'internal')
    return undefined;
  const seconds = problem.details?.retryAfterSeconds;
  const asked =
    parseRetryAfter(attempted.response?.headers['retry-after'], nowMs) ??
    (seconds === undefined ? undefined : seconds * 1000) ??
    0;
  return asked > RETRY_AFTER_MS_MAX ? undefined : asked;
}
