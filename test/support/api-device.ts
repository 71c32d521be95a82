import { createHash, randomBytes } from 'node:crypto';
import { type ApiClient, createApiClient, createFetchTransport, createUserPool, systemClock } from '@syncline/client';
import {
  type AccountResponse,
  type ChunkHash,
  type ChunkRef,
  ContentHash,
  type DeviceId,
  encodeUlid,
  NodeId,
  type OpId,
  opId,
  packManifest,
  type RouteResponse,
} from '@syncline/protocol';

export const PASSWORD = 'correct horse battery 9!';
const random = Math.random;

/** A device that speaks the API itself, as an SDK user or an attacker would. */
export interface ApiDevice {
  readonly api: ApiClient;
  readonly account: AccountResponse;
  readonly deviceId: DeviceId;
  readonly accessToken: string;
  /** Any request at all, with this device's credentials unless `headers` say otherwise. */
  request(
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly raw?: string; readonly headers?: Record<string, string> },
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
}

/** Signs an account up (or in, when it exists) and registers a new device of it. */
export async function openApiDevice(options: { readonly apiUrl: string; readonly email: string }): Promise<ApiDevice> {
  const transport = createFetchTransport();
  const publicClient = createApiClient({
    baseUrl: options.apiUrl,
    transport,
    tokens: { current: async () => undefined, renew: async () => undefined },
    deviceId: newId() as DeviceId,
    clock: systemClock,
    random,
  });
  const configuration = valueOf(await publicClient.getConfiguration());
  if (configuration.userPool === undefined) throw new Error('the local stage has a user pool');
  const pool = createUserPool({ transport, clock: systemClock, random }, configuration.userPool);
  const credentials = { email: options.email, password: PASSWORD };
  await pool.signUp(credentials);
  const signIn = await pool.signIn(credentials);
  if (signIn.kind !== 'signed-in') throw new Error(`the sign-in ended as ${signIn.kind}`);
  const { accessToken } = signIn.tokens;
  const deviceId = newId() as DeviceId;
  const tokens = { current: async () => accessToken, renew: async () => undefined };
  const api = createApiClient({ baseUrl: options.apiUrl, transport, tokens, deviceId, clock: systemClock, random });
  const account = valueOf(await api.getAccount());
  valueOf(await api.registerDevice({ body: { deviceId, name: `device ${deviceId.slice(-4)}`, platform: 'linux' } }));
  return {
    api,
    account,
    deviceId,
    accessToken,
    async request(method, path, { body, raw, headers } = {}) {
      const response = await fetch(options.apiUrl + path, {
        method,
        headers: {
          authorization: `Bearer ${accessToken}`,
          'x-device-id': deviceId,
          'content-type': 'application/json',
          ...headers,
        },
        ...(raw !== undefined ? { body: raw } : body !== undefined ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      return {
        status: response.status,
        body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text },
      };
    },
  };
}

/** The value of an answer that must not be a refusal. */
export function valueOf<T>(
  answer: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: unknown },
): T {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.problem)}`);
  return answer.value;
}

/** An address that no other test, and no earlier run on the same stack, has used. */
export function newEmail(): string {
  return `${newId().toLowerCase()}@example.org`;
}

export function newId(): string {
  return encodeUlid(randomBytes(16));
}

/** A fresh batch id and its first operation. */
export function newOpId(): OpId {
  return opId(newId(), 0);
}

export function chunkOf(bytes: Uint8Array): ChunkRef {
  return { hash: createHash('sha256').update(bytes).digest('hex') as ChunkHash, size: bytes.length };
}

/** Describes content of one chunk the way an upload initiation wants it. */
export function fileOf(device: ApiDevice, bytes: Uint8Array) {
  const chunks = [chunkOf(bytes)];
  const contentHash = ContentHash.parse(createHash('sha256').update(packManifest(chunks)).digest('hex'));
  const namespaceId = device.account.homeNamespaceId;
  return { namespaceId, size: bytes.length, contentHash, chunking: 'fixed-4m' as const, chunks };
}

/** PUTs bytes to a signed address as it was given. */
export async function putSigned(
  put: { readonly url: string; readonly headers: Record<string, string> },
  bytes: Uint8Array,
) {
  const { 'content-length': _set, host: _host, ...headers } = put.headers;
  return (await fetch(put.url, { method: 'PUT', headers, body: Buffer.from(bytes) })).status;
}

/** Uploads content of one chunk as far as the commit; the chunk may be stored already if this account holds it. */
export async function uploadBytes(device: ApiDevice, bytes: Uint8Array): Promise<string> {
  const { uploads } = valueOf(await device.api.initiateUploads({ body: { files: [fileOf(device, bytes)] } }));
  const [upload] = uploads;
  if (upload === undefined) throw new Error('an upload is answered');
  for (const { put } of upload.missing) {
    if (put === undefined) throw new Error('a chunk is sent alone where no packs were asked for');
    const status = await putSigned(put, bytes);
    if (status !== 200) throw new Error(`the store answered ${status}`);
  }
  return upload.uploadId;
}

export interface PutPlan {
  readonly name: string;
  readonly uploadId: string;
  readonly nodeId?: string;
  readonly baseRev?: number;
  readonly opId?: OpId;
  readonly onConflict?: 'keep_both' | 'keep_mine' | 'keep_theirs' | 'last_write_wins' | 'fail';
}

/** A put into the root folder of the device's home namespace. */
export function putOperation(device: ApiDevice, plan: PutPlan) {
  return {
    type: 'put' as const,
    opId: plan.opId ?? newOpId(),
    namespaceId: device.account.homeNamespaceId,
    parentId: NodeId.parse(device.account.homeNamespaceId),
    name: plan.name,
    ...(plan.nodeId === undefined ? {} : { nodeId: NodeId.parse(plan.nodeId) }),
    baseRev: plan.baseRev ?? 0,
    uploadId: plan.uploadId as never,
    clock: 1,
    onConflict: plan.onConflict ?? ('keep_both' as const),
  };
}

/** Everything that is in the journal of a device's home namespace. */
export async function readJournal(device: ApiDevice, cursor: string): Promise<RouteResponse<'listChanges'>['changes']> {
  const changes: RouteResponse<'listChanges'>['changes'] = [];
  for (let from = cursor; ; ) {
    const page = valueOf(await device.api.listChanges({ query: { cursor: from } }));
    changes.push(...page.changes);
    if (!page.hasMore) return changes;
    from = page.cursor;
  }
}
