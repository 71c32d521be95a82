import { assert, ClientMessage, SOCKET_MESSAGE_BYTES_MAX } from '@syncline/protocol';
import { describeError } from '../runtime/describe-error.ts';
import { readJson } from '../runtime/read-json.ts';
import type { Invocation, Telemetry } from '../runtime/telemetry.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { type ConnectSocketDependencies, connectSocket } from './connect-socket.ts';

/** The parts of API Gateway's WebSocket event that are read. */
export interface SocketEvent {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly requestContext: {
    readonly routeKey: string;
    readonly requestId: string;
    readonly connectionId: string;
  };
}

/** API Gateway looks at the status of `$connect` alone; a body is sent to the client where the route has a response. */
export interface SocketResult {
  readonly statusCode: number;
  readonly body?: string;
}

export interface SocketHandlerDependencies extends ConnectSocketDependencies {
  readonly telemetry: Telemetry;
}

type Answered = SocketResult & Pick<Invocation, 'accountId' | 'deviceId'>;

const PONG = JSON.stringify({ type: 'pong' });

/**
 * Makes the handler of the WebSocket API: `$connect` takes a ticket, `$disconnect` forgets the connection, a ping keeps it
 * from being idle, and everything else a client says is refused. Messages are never acted upon: the socket only says
 * "look again".
 */
export function createSocketHandler(dependencies: SocketHandlerDependencies) {
  return async (event: SocketEvent): Promise<SocketResult> => {
    const { clock, telemetry } = dependencies;
    const startedAt = clock.now();
    let failure: Pick<Invocation, 'code' | 'error'> = {};
    let answered: Answered;
    try {
      answered = await answer(dependencies, event);
    } catch (error) {
      const isBusy = error instanceof UnavailableError;
      answered = { statusCode: isBusy ? 503 : 500 };
      failure = { code: isBusy ? 'unavailable' : 'internal', error: describeError(error) };
    }
    const { statusCode, body, ...who } = answered;
    telemetry.report({
      route: `socket ${knownRoute(event)}`,
      requestId: event.requestContext.requestId,
      status: statusCode,
      durationMs: clock.now() - startedAt,
      ...who,
      ...failure,
    });
    return body === undefined ? { statusCode } : { statusCode, body };
  };
}

async function answer(dependencies: SocketHandlerDependencies, event: SocketEvent): Promise<Answered> {
  const { routeKey, connectionId } = event.requestContext;
  assert(connectionId !== '', 'API Gateway names every connection');
  switch (routeKey) {
    case '$connect':
      return connect(dependencies, event);
    case '$disconnect':
      await dependencies.sockets.deleteConnection(connectionId);
      return { statusCode: 200 };
    default:
      return isPing(event.body ?? '') ? { statusCode: 200, body: PONG } : { statusCode: 400 };
  }
}

async function connect(dependencies: SocketHandlerDependencies, event: SocketEvent): Promise<Answered> {
  const outcome = await connectSocket(dependencies, {
    connectionId: event.requestContext.connectionId,
    ticket: event.queryStringParameters?.['ticket'],
    origin: readHeader(event, 'origin'),
  });
  switch (outcome.kind) {
    case 'connected':
      return { statusCode: 200, accountId: outcome.connection.accountId, deviceId: outcome.connection.deviceId };
    case 'foreign-origin':
      return { statusCode: 403 };
    case 'bad-ticket':
      return { statusCode: 401 };
  }
}

/** WebSocket events keep the case in which a client wrote its headers. */
function readHeader(event: SocketEvent, name: string): string | undefined {
  const found = Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return found?.[1];
}

function isPing(body: string): boolean {
  if (Buffer.byteLength(body) > SOCKET_MESSAGE_BYTES_MAX) return false;
  const json = readJson(body);
  return json.kind === 'read' && ClientMessage.safeParse(json.value).success;
}

/** What a client says chooses the route's key in part, so only the known ones are logged. */
function knownRoute({ requestContext: { routeKey } }: SocketEvent): string {
  return ['$connect', '$disconnect', 'ping'].includes(routeKey) ? routeKey : '$default';
}
