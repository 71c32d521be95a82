import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type EpochMs, epochMs, type RouteName, routes } from '@syncline/protocol';
import { getConfiguration } from '../lambdas/accounts/get-configuration.ts';
import { S3ObjectStore } from '../lambdas/chunks/s3-object-store.ts';
import { createApiHandler } from '../lambdas/runtime/create-api-handler.ts';
import { MemoryClock } from '../lambdas/runtime/memory-clock.ts';
import { systemRandom } from '../lambdas/runtime/system-clock.ts';
import { createSocketHandler } from '../lambdas/sockets/create-socket-handler.ts';
import { openSocket } from '../lambdas/sockets/open-socket.ts';
import { deliverPushes } from '../test/support/deliver-pushes.ts';
import { inMemoryOperations } from '../test/support/in-memory-operations.ts';
import { createInMemoryStores } from '../test/support/in-memory-stores.ts';
import { createAnsweringServer, type HttpAnswer, listen, NOT_FOUND, readBytes, toApiEvent } from './http-api.ts';
import { machineMs } from './machine-clock.ts';
import type { MemoryServicePlaces, Work } from './memory-service.ts';
import { answerUserPool, claimsOfToken } from './memory-user-pool.ts';
import { acceptSocket, refuseSocket } from './socket-server.ts';

const QUOTA_BYTES = 1_000_000_000_000;
const BUCKET = 'syncline';
/** Any will do: the store verifies no signatures. */
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };

/** The memory stores sleep and expire by the time of the machine here. */
class MachineClock extends MemoryClock {
  override now(): EpochMs {
    return epochMs(Date.now());
  }
  override async sleep(delayMs: number): Promise<void> {
    await delay(delayMs);
  }
}

/** Started by memory-service.ts: serves everything, tells its address, and when asked, what it has worked on. */
const places = JSON.parse(process.argv[2] ?? '{}') as MemoryServicePlaces;
/** Randomness that a seed replays is for tests: every draw of it is a hash, which is not what is deployed. */
const ownStores = createInMemoryStores({ clock: new MachineClock(), random: systemRandom });
const { accounts, attempts, clock, telemetry, sockets, pusher, namespaces, objects: ownObjects } = ownStores;
const stores = { ...ownStores, objects: places.objects === undefined ? ownObjects : s3Objects(places.objects.url) };
let work: Work[] = [];
let address = '';

const handle = createApiHandler<RouteName>({ clock, telemetry, accounts, attempts }, routes, {
  ...inMemoryOperations(stores, { dedupScope: 'deployment', quotaBytes: QUOTA_BYTES }),
  getConfiguration: () => {
    const userPool = { endpoint: `${address}/user-pool`, userPoolId: 'memory', clientId: 'memory' };
    const issuer = 'https://issuer.memory.test';
    return getConfiguration({ stage: 'local', region: 'memory', issuer, audience: 'memory', userPool });
  },
  openSocket: (_request, caller) => {
    return openSocket({ ...stores, socketUrl: `${address.replace(/^http/, 'ws')}/socket` }, caller);
  },
});
const handleSocket = createSocketHandler({ accounts, sockets, clock, telemetry, allowedOrigins: [] });

const server = createAnsweringServer(async (incoming) => {
  const start = machineMs();
  const body = await readBytes(incoming);
  const path = incoming.url ?? '/';
  if (path.startsWith('/objects/'))
    return timed({ request: incoming.method ?? '', start }, async () => answerObject(incoming, body));
  if (path.startsWith('/user-pool')) return answerUserPool(body.toString());
  const matched = toApiEvent(incoming, body.toString(), ({ headers }) => claimsOfToken(headers.authorization));
  if (matched === undefined) return NOT_FOUND;
  if (matched.name === 'waitForChanges') return handle(matched.event);
  return timed({ request: matched.name, start }, async () => {
    const { statusCode, headers, body: text } = await handle(matched.event);
    await deliverPushes(stores, namespaces.takeAppended());
    return { statusCode, headers, body: withPublicUrls(text) };
  });
});
server.on('upgrade', (incoming, stream) => void openPushSocket(incoming, stream));

const ownAddress = await listen(server, places.port);
address = places.publicUrl ?? ownAddress;
process.once('disconnect', () => process.exit());
process.on('message', () => {
  process.send?.(work);
  work = [];
});
process.send?.(ownAddress);

function s3Objects(endpoint: string): S3ObjectStore {
  const connection = { region: 'us-east-1', endpoint, credentials: () => Promise.resolve(CREDENTIALS) };
  return new S3ObjectStore({ bucket: BUCKET, clock, connection });
}

/** Signed addresses lead to the store by the way that devices take to it; those of the memory store lead here. */
function withPublicUrls(text: string): string {
  if (places.objects === undefined) return text.replaceAll('"memory:/', `"${address}/objects/`);
  return text.replaceAll(`"${places.objects.url}/`, `"${places.objects.publicUrl}/`);
}

async function timed(begun: Omit<Work, 'end'>, task: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const answer = await task();
  work.push({ ...begun, end: machineMs() });
  return answer;
}

function answerObject(incoming: IncomingMessage, bytes: Buffer): HttpAnswer {
  const url = (incoming.url ?? '').replace('/objects/', 'memory:/');
  if (incoming.method === 'PUT') {
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, text]) => [name, String(text)]));
    return { statusCode: ownObjects.put({ url, headers, bytes }), headers: {}, body: '' };
  }
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '') ?? [];
  const range = first === undefined || last === undefined ? {} : { range: [Number(first), Number(last)] as const };
  const { status, bytes: body } = ownObjects.get({ url, ...range });
  return { statusCode: status, headers: {}, body };
}

async function openPushSocket(incoming: IncomingMessage, stream: Duplex): Promise<void> {
  const connectionId = randomUUID();
  const tell = (routeKey: string, rest: { readonly body?: string } = {}) => {
    const queryStringParameters = Object.fromEntries(new URL(incoming.url ?? '/', address).searchParams);
    return handleSocket({
      queryStringParameters,
      ...rest,
      requestContext: { routeKey, requestId: 'bench', connectionId },
    });
  };
  const { statusCode } = await tell('$connect');
  if (statusCode !== 200) return refuseSocket(stream, statusCode);
  const answerText = async (body: string): Promise<void> => {
    const answer = await tell('$default', { body });
    if (answer.body !== undefined) socket.send(answer.body);
  };
  const socket = acceptSocket(incoming, stream, {
    onText: (body) => void answerText(body),
    onClosed: () => {
      pusher.drop(connectionId);
      void tell('$disconnect');
    },
  });
  pusher.open(connectionId, {
    receive: (message) => socket.send(JSON.stringify(message)),
    closed: () => socket.close(),
  });
}
