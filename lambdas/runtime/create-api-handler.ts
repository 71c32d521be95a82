import {
  assert,
  DeviceId,
  type DownloadResponse,
  type OperationError,
  operationError,
  type Route,
  type RouteName,
  type routes,
} from '@syncline/protocol';
import type { AccountStore, StoredDevice } from '../accounts/account-store.ts';
import type { AttemptStore } from '../links/attempt-store.ts';
import { ACCOUNT_REQUESTS_MAX, takeRequest } from './account-limits.ts';
import type { ApiEvent, ApiResult } from './api-event.ts';
import { downloadResult, problemResult, valueResult } from './api-result.ts';
import type { Caller, LinkVisitor } from './caller.ts';
import type { Clock } from './clock.ts';
import { decodeRequest } from './decode-request.ts';
import { describeError, type ErrorDescription } from './describe-error.ts';
import { parseList, readOptional } from './environment.ts';
import { REQUEST_ID_CHARS_MAX, RETRY_AFTER_SECONDS } from './limits.ts';
import { isFromEdge } from './origin-check.ts';
import { done, type Outcome, refused } from './outcome.ts';
import { readCaller } from './read-caller.ts';
import { readVisitor } from './read-visitor.ts';
import type { RouteOperations } from './route-operation.ts';
import type { Telemetry } from './telemetry.ts';
import { UnavailableError } from './unavailable-error.ts';

export interface ApiHandlerDependencies {
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Telemetry;
  /** Needed where a route asks for an account. */
  readonly accounts?: Pick<AccountStore, 'getDevice' | 'hasSignInEnded'>;
  /** Needed where requests of an account are counted (account-limits.ts). */
  readonly attempts?: Pick<AttemptStore, 'take'>;
  /** Of which a request must say one, where the API answers through CloudFront alone. @default those of ORIGIN_KEYS */
  readonly originKeys?: readonly string[];
}

export type ApiHandler = (event: ApiEvent) => Promise<ApiResult>;

/** An operation whose parts fit together; the table of operations says which with which. */
type AnyOperation = (request: unknown, caller: unknown) => Promise<Outcome<unknown>>;

/**
 * Makes the handler of one function from its operations: request → caller → decode → operation → encode. Of the contract it is
 * given the parts that its routes are in, so that the function carries no schemas of others.
 *
 * Every request is answered: refusals by the one table of errors, a dependency that failed by `unavailable` with a pause,
 * anything else that is thrown by `internal`. Every request writes one line.
 */
export function createApiHandler<N extends RouteName>(
  dependencies: ApiHandlerDependencies,
  contract: Pick<typeof routes, N>,
  operations: RouteOperations<N>,
): ApiHandler {
  const originKeys = dependencies.originKeys ?? parseList(readOptional('ORIGIN_KEYS') ?? '');
  const table = new Map<string, Entry>();
  for (const [name, operation] of Object.entries(operations)) {
    const route: Route = contract[name as N];
    assert(!isOfAccount(route) || dependencies.accounts, 'a route for accounts needs them');
    const isCounted = ACCOUNT_REQUESTS_MAX[name as N] !== undefined;
    assert(!isCounted || dependencies.attempts, 'requests that are counted need a place for it');
    table.set(`${route.method} ${route.path}`, { name: name as N, route, operation: operation as AnyOperation });
  }
  return async (event) => {
    const startedAt = dependencies.clock.now();
    const progress: Progress = { requestId: readRequestId(event) };
    const entry = table.get(event.routeKey);
    const outcome = isFromEdge(event, originKeys)
      ? await answer(dependencies, { event, entry, progress, isBehindEdge: originKeys.length > 0 })
      : refused('forbidden', 'this address answers nobody: use the one of the web app');
    const result = encode(outcome, progress, entry?.route);
    dependencies.telemetry.report({
      route: table.has(event.routeKey) ? event.routeKey : 'unknown',
      requestId: event.requestContext.requestId,
      status: result.statusCode,
      durationMs: dependencies.clock.now() - startedAt,
      ...progress.ids,
      ...(progress.requestId === event.requestContext.requestId ? {} : { clientRequestId: progress.requestId }),
      ...(progress.code === undefined ? {} : { code: progress.code }),
      ...(progress.error === undefined ? {} : { error: progress.error }),
    });
    return result;
  };
}

/** What is known so far, for the answer and the line. */
interface Progress {
  readonly requestId: string;
  ids?: { readonly accountId: string; readonly deviceId?: string };
  code?: OperationError['code'];
  error?: ErrorDescription;
}

/** A route with what it does. */
interface Entry {
  readonly name: RouteName;
  readonly route: Route;
  readonly operation: AnyOperation;
}

interface Request {
  readonly event: ApiEvent;
  readonly entry: Entry | undefined;
  readonly progress: Progress;
  readonly isBehindEdge: boolean;
}

async function answer(dependencies: ApiHandlerDependencies, request: Request): Promise<Outcome<unknown>> {
  const { event, entry, progress } = request;
  if (entry === undefined) return refused('not_found', 'there is no such route');
  try {
    const caller = await authenticate(dependencies, request, entry.route);
    if (caller.kind === 'refused') return caller;
    return await unlessEnded(dependencies, { route: entry.route, caller: caller.value }, async (admitted) => {
      const decoded = decodeRequest(entry.route, event);
      if (decoded.kind === 'refused') return decoded;
      const counted = await count(dependencies, entry, admitted);
      return counted.kind === 'refused' ? counted : entry.operation(decoded.value, admitted);
    });
  } catch (error) {
    return failure(error, progress);
  }
}

async function count(
  { attempts, clock }: ApiHandlerDependencies,
  { name }: Entry,
  admitted: Admitted,
): Promise<Outcome<undefined>> {
  if (attempts === undefined || admitted === undefined || !('accountId' in admitted)) return done(undefined);
  return takeRequest({ attempts, clock }, { name, accountId: admitted.accountId });
}

async function authenticate(
  dependencies: ApiHandlerDependencies,
  { event, progress, isBehindEdge }: Request,
  route: Route,
): Promise<Outcome<Caller | LinkVisitor | undefined>> {
  if (route.access === 'public') return done(undefined);
  if (route.access === 'link') return done(readVisitor(event, { isBehindEdge }));
  const caller = readCaller(event.requestContext.authorizer?.jwt?.claims);
  if (caller === undefined) return refused('unauthenticated', 'an access token of this deployment is needed');
  progress.ids = { accountId: caller.accountId };
  const found = { ...caller, requestId: progress.requestId };
  if (route.access === 'operator' && caller.isOperator !== true)
    return refused('forbidden', 'this is for those who run the deployment (docs/OPERATING.md)');
  if (route.access !== 'device') return done(found);
  const deviceId = DeviceId.safeParse(event.headers?.['x-device-id']);
  if (!deviceId.success) return refused('invalid_request', 'the header X-Device-Id must name a device');
  progress.ids = { accountId: caller.accountId, deviceId: deviceId.data };
  const device = await dependencies.accounts?.getDevice(caller.accountId, deviceId.data);
  // What names no sign-in says nothing about the token: it may be that of another device, which was unlinked.
  const isUnbound = device !== undefined && device.signIn === undefined;
  return isUnbound && (await hasEnded(dependencies, caller)) ? refusedEnded() : withDevice(found, device);
}

function isOfAccount({ access }: Route): boolean {
  return access === 'account' || access === 'device' || access === 'operator';
}

type Admitted = Caller | LinkVisitor | undefined;

/**
 * Goes on, unless the caller's sign-in has ended. A device tells that by itself; for the account a row is read, and what only reads is done
 * meanwhile, so that nobody waits for it. Nothing of that is told then.
 */
async function unlessEnded(
  dependencies: ApiHandlerDependencies,
  { route, caller }: { readonly route: Route; readonly caller: Admitted },
  goOn: (admitted: Admitted) => Promise<Outcome<unknown>>,
): Promise<Outcome<unknown>> {
  if ((route.access !== 'account' && route.access !== 'operator') || caller === undefined || !('accountId' in caller))
    return goOn(caller);
  const looking = hasEnded(dependencies, caller);
  if (route.isLastWord === true) return goOn((await looking) ? { ...caller, hasEnded: true } : caller);
  if (route.method !== 'GET' && route.isSafe !== true) return (await looking) ? refusedEnded() : goOn(caller);
  const [isOver, outcome] = await Promise.all([looking, goOn(caller)]);
  return isOver ? refusedEnded() : outcome;
}

async function hasEnded(
  { accounts }: ApiHandlerDependencies,
  { accountId, signIn }: Pick<Caller, 'accountId' | 'signIn'>,
): Promise<boolean> {
  return signIn !== undefined && accounts !== undefined && (await accounts.hasSignInEnded(accountId, signIn));
}

function refusedEnded(): Outcome<never> {
  return refused(
    'unauthenticated',
    'this sign-in has ended: its device was unlinked, or has signed in anew. Sign in, which links this device as a new one',
  );
}

function withDevice(caller: Caller, device: StoredDevice | undefined): Outcome<Caller> {
  if (device === undefined)
    return refused('forbidden', 'this device is not registered: sign in again, which registers it (POST /v1/devices)');
  if (device.revokedAt !== undefined) {
    return refused('unauthenticated', 'this device was unlinked: sign in and link it as a new one', { unlinked: true });
  }
  if (device.signIn !== undefined && device.signIn !== caller.signIn) {
    return refused(
      'unauthenticated',
      'this token is of another sign-in than the device: sign in, which links it again',
    );
  }
  return done({ ...caller, device });
}

function failure(error: unknown, progress: Progress): Outcome<never> {
  progress.error = describeError(error);
  if (error instanceof UnavailableError) {
    return refused('unavailable', 'the service is busy: repeat the same request', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  return refused('internal', 'the service failed; the request id finds the reason in its logs');
}

function encode(outcome: Outcome<unknown>, progress: Progress, route: Route | undefined): ApiResult {
  try {
    if (outcome.kind === 'done') {
      const { value } = outcome;
      const isDownload = route?.answer === 'download';
      return isDownload
        ? downloadResult(value as DownloadResponse, progress.requestId)
        : valueResult(value, progress.requestId);
    }
    progress.code = outcome.error.code;
    return problemResult(outcome.error, progress.requestId);
  } catch (error) {
    progress.error = describeError(error);
    progress.code = 'internal';
    return problemResult(operationError('internal', 'the service failed to answer'), progress.requestId);
  }
}

const REQUEST_ID = new RegExp(`^[A-Za-z0-9._-]{1,${REQUEST_ID_CHARS_MAX}}$`);

/** A client's own request id is taken over when it is harmless in a log, so that both sides name a request alike. */
function readRequestId(event: ApiEvent): string {
  const own = event.headers?.['x-request-id'];
  return own !== undefined && REQUEST_ID.test(own) ? own : event.requestContext.requestId;
}
