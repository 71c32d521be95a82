import { randomBytes } from 'node:crypto';
import {
  type ApiAnswer,
  type ApiClient,
  type Credentials,
  createApiClient,
  createFetchTransport,
  createRenewingTokens,
  createUserPool,
  downloadContent,
  type ReceivedWebhook,
  systemClock,
  type TokenStore,
  TRANSFER_BYTES_MAX,
  TRANSFER_TASKS_MAX,
  type TransferDependencies,
  TransferGate,
  type UploadSource,
  uploadFiles,
  verifyWebhook,
} from '@syncline/client';
import {
  type AccountId,
  type Change,
  type Cursor,
  DeviceId,
  encodeUlid,
  epochMs,
  type NamespaceId,
  type Node,
  type NodeId,
  type Operation,
  type OpId,
  opId,
  rootNodeId,
} from '@syncline/protocol';

/*
 * The examples of docs/SDK.md, as they stand there: test/scenarios/sdk-examples.test.ts compares the texts, and runs them all.
 */

/** Answers the value, or throws what a person should read. */
export function valueOf<T>(answer: ApiAnswer<T>): T {
  if (answer.ok) return answer.value;
  const { detail, code, remedy } = answer.problem;
  throw new Error(`${detail} (${code}: ${remedy})`);
}

/** Signs in, and registers this program as a device of the account. */
export async function connect(apiUrl: string, credentials: Credentials): Promise<TransferDependencies> {
  const transport = createFetchTransport();
  const base = { baseUrl: apiUrl, transport, clock: systemClock, random: Math.random };
  const deviceId = DeviceId.parse(encodeUlid(randomBytes(16)));
  const nobody = { current: async () => undefined, renew: async () => undefined };
  const { userPool } = valueOf(await createApiClient({ ...base, tokens: nobody, deviceId }).getConfiguration());
  if (userPool === undefined) throw new Error('this deployment signs people in elsewhere');

  const pool = createUserPool(base, userPool);
  const outcome = await pool.signIn(credentials);
  if (outcome.kind === 'refused') throw new Error(outcome.message);
  if (outcome.kind !== 'signed-in') throw new Error('this account asks for a code besides the password');
  const { accessToken, refreshToken, expiresInSeconds } = outcome.tokens;
  const expiresAt = epochMs(Date.now() + expiresInSeconds * 1000);
  const store = memoryStore({ accessToken, refreshToken, expiresAt });
  const tokens = createRenewingTokens({ userPool: pool, store, clock: systemClock });

  const api = createApiClient({ ...base, tokens, deviceId });
  valueOf(await api.getAccount());
  valueOf(await api.registerDevice({ body: { deviceId, name: 'my program', platform: 'other' } }));
  const gate = new TransferGate({ tasksMax: TRANSFER_TASKS_MAX, bytesMax: TRANSFER_BYTES_MAX });
  return { ...base, api, gate };
}

/** Keeps tokens for as long as the program runs. */
export function memoryStore(first: Awaited<ReturnType<TokenStore['read']>>): TokenStore {
  let kept = first;
  return {
    read: async () => kept,
    update: async (change) => {
      kept = await change(kept);
      return kept;
    },
  };
}

/** Names an operation. Sent again under its name, after a lost answer, it does nothing twice. */
export function nameOperation(): OpId {
  return opId(encodeUlid(randomBytes(16)), 0);
}

/** Commits one operation. */
export async function commitOne(api: ApiClient, operation: Operation): Promise<Node> {
  const { results } = valueOf(await api.commit({ body: { operations: [operation] } }));
  const [result] = results;
  if (result?.status === 'committed') return result.node;
  throw new Error(`it was not done: ${JSON.stringify(result)}`);
}

/** A file of a folder: new, or the next revision of `over`. */
export async function storeFile(
  client: TransferDependencies,
  place: { readonly namespaceId: NamespaceId; readonly parentId: NodeId; readonly name: string; readonly over?: Node },
  bytes: Uint8Array,
): Promise<Node> {
  const { namespaceId, parentId, name, over } = place;
  const read: UploadSource['read'] = async ({ start, end }) => bytes.subarray(start, end);
  const [outcome] = await uploadFiles(client, [{ namespaceId, size: bytes.length, read }]);
  if (outcome?.kind !== 'uploaded') throw new Error(`the upload was ${outcome?.kind}`);
  return commitOne(client.api, {
    type: 'put',
    opId: nameOperation(),
    namespaceId,
    parentId,
    name,
    ...(over === undefined ? { baseRev: 0 } : { nodeId: over.nodeId, baseRev: over.rev }),
    uploadId: outcome.uploadId,
    clock: 1,
    onConflict: 'keep_both',
  });
}

export async function readFile(client: TransferDependencies, node: Node, rev?: number): Promise<Uint8Array> {
  const parts = new Map<number, Uint8Array>();
  const sink = {
    write: async (offset: number, bytes: Uint8Array) => void parts.set(offset, Uint8Array.from(bytes)),
  };
  const outcome = await downloadContent(client, { ...node, rev }, { sink });
  if (outcome.kind !== 'downloaded') throw new Error(`the download was ${outcome.kind}`);
  const inOrder = [...parts].toSorted(([one], [other]) => one - other).map(([, bytes]) => bytes);
  return Buffer.concat(inOrder);
}

/** Makes a folder of the home a shared one, and an invitation that whoever has it may accept. */
export async function shareFolder(api: ApiClient, name: string): Promise<{ namespaceId: NamespaceId; token: string }> {
  const { homeNamespaceId } = valueOf(await api.getAccount());
  const folder = await commitOne(api, {
    type: 'mkdir',
    opId: nameOperation(),
    namespaceId: homeNamespaceId,
    parentId: rootNodeId(homeNamespaceId),
    name,
  });
  const body = { namespaceId: homeNamespaceId, folderId: folder.nodeId };
  const { namespaceId } = valueOf(await api.shareFolder({ body })).folder;
  const parameters = { namespaceId };
  const { token } = valueOf(await api.invite({ parameters, body: { role: 'editor' } }));
  return { namespaceId, token };
}

/** Becomes a member. The folder then stands in the own tree, as the node that is answered. */
export async function joinFolder(api: ApiClient, token: string): Promise<Node> {
  const { mount } = valueOf(await api.acceptInvitation({ body: { token } }));
  return mount;
}

/** Every member may see who the others are; only the owner changes and removes them. */
export async function makeEveryoneViewer(api: ApiClient, namespaceId: NamespaceId): Promise<readonly AccountId[]> {
  const changed: AccountId[] = [];
  let page: string | undefined;
  do {
    const query = page === undefined ? {} : { page };
    const answer = valueOf(await api.listMembers({ parameters: { namespaceId }, query }));
    for (const { accountId, role } of answer.members) {
      if (role !== 'editor') continue;
      valueOf(await api.changeRole({ parameters: { namespaceId, accountId }, body: { role: 'viewer' } }));
      changed.push(accountId);
    }
    page = answer.nextPage;
  } while (page !== undefined);
  return changed;
}

/** The token is told this once: the service keeps only its hash. */
export async function linkTo(api: ApiClient, node: Node, password: string): Promise<string> {
  const { namespaceId, nodeId } = node;
  const lifeSeconds = 7 * 24 * 3600;
  const body = { role: 'view', namespaceId, nodeId, password, lifeSeconds, maxUses: 10 } as const;
  return valueOf(await api.createLink({ body })).token;
}

/** Needs no account: a client whose tokens are undefined will do. A browser or `curl -L` follows the address. */
export async function followLink(visitor: ApiClient, token: string, linkPassword: string): Promise<string> {
  const answer = await visitor.getLink({ parameters: { token }, linkPassword });
  if (!answer.ok && answer.problem.code === 'link_ended') return `it has ended: ${answer.problem.details?.end}`;
  return `it shows ${valueOf(answer).node?.name}, at /v1/public/${token}/download`;
}

export async function revokeAllLinks(api: ApiClient): Promise<number> {
  const { links } = valueOf(await api.listLinks());
  const open = links.filter(({ end }) => end === undefined);
  for (const { linkId } of open) valueOf(await api.revokeLink({ parameters: { linkId } }));
  return open.length;
}

/** Makes the oldest content that is kept the present one again. The others stay in the history. */
export async function goBackToFirst(api: ApiClient, node: Node): Promise<Node> {
  const { namespaceId, nodeId } = node;
  const { revisions } = valueOf(await api.listRevisions({ parameters: { nodeId }, query: { namespaceId } }));
  const first = revisions.at(-1);
  if (first === undefined) throw new Error('a file has a revision');
  const { rev } = first;
  valueOf(
    await api.markRevision({ parameters: { nodeId, rev: String(rev) }, body: { namespaceId, label: 'the first' } }),
  );
  return commitOne(api, { type: 'restore', opId: nameOperation(), namespaceId, nodeId, rev });
}

/** Deletes a node, finds it in the trash, and brings it back to where it was. */
export async function deleteAndRestore(api: ApiClient, node: Node): Promise<Node> {
  const { namespaceId, nodeId, rev: baseRev } = node;
  await commitOne(api, { type: 'delete', opId: nameOperation(), namespaceId, nodeId, baseRev });
  const { entries } = valueOf(await api.listTrash({ query: { namespaceId } }));
  const found = entries.find((entry) => entry.nodeId === nodeId);
  if (found === undefined) throw new Error('what was deleted lies in the trash');
  return commitOne(api, { type: 'restore', opId: nameOperation(), namespaceId, nodeId: found.nodeId });
}

/** Sets a folder back to a time, page by page. With `dryRun` it tells word for word what it would do, and writes nothing. */
export async function goBackTo(
  api: ApiClient,
  folder: { readonly namespaceId: NamespaceId; readonly nodeId: NodeId },
  options: { readonly at: string; readonly dryRun: boolean },
): Promise<readonly string[]> {
  const { namespaceId, nodeId } = folder;
  const lines: string[] = [];
  let page: string | undefined;
  do {
    const more = page === undefined ? {} : { page };
    const answer = valueOf(await api.restoreTree({ body: { namespaceId, nodeId, ...options, ...more } }));
    for (const { action, path, obstacle } of answer.changes) lines.push(`${action} ${path} ${obstacle ?? ''}`.trim());
    page = answer.nextPage;
  } while (page !== undefined);
  return lines;
}

/** Who did what, newest first. A page may be short although there is a next one. */
export async function lastActs(api: ApiClient, namespaceId: NamespaceId): Promise<readonly string[]> {
  const { activities } = valueOf(await api.listActivity({ query: { namespaceId, limit: '20' } }));
  return activities.map(({ at, type, name }) => `${at} ${type} ${name}`);
}

/** Ends a device: its tokens read and write nothing more. With `wipe` it removes what it has synced. */
export async function unlinkLost(api: ApiClient, name: string): Promise<number> {
  const { devices } = valueOf(await api.listDevices());
  const lost = devices.filter((device) => device.name === name && device.revokedAt === undefined);
  for (const { deviceId } of lost) {
    valueOf(await api.unlinkDevice({ parameters: { deviceId }, query: { wipe: 'true' } }));
  }
  return lost.length;
}

export async function describeUsage(api: ApiClient): Promise<string> {
  const { presentBytes, quotaBytes, trashBytes, historyBytes, retention } = valueOf(await api.getUsage());
  const share = Math.round((100 * presentBytes) / quotaBytes);
  return `${presentBytes} bytes, ${share} % of the quota; ${trashBytes} in the trash, ${historyBytes} of old revisions, kept for ${retention.days} days`;
}

/** What a shorter retention would let go, before it is set. */
export async function lossOfRetention(api: ApiClient, namespaceId: NamespaceId, days: number): Promise<number> {
  const asked = { parameters: { namespaceId }, body: { days, dryRun: true } };
  const { loss } = valueOf(await api.setRetention(asked));
  return loss.revisions + loss.deletions;
}

/** All pages of a search, in everything that the account may read. */
export async function findAll(api: ApiClient, q: string): Promise<readonly string[]> {
  const paths: string[] = [];
  let page: string | undefined;
  do {
    const answer = valueOf(await api.search({ query: { q, ...(page === undefined ? {} : { page }) } }));
    paths.push(...answer.hits.map(({ path }) => path));
    page = answer.nextPage;
  } while (page !== undefined);
  return paths;
}

/** The status that a receiver answers, and the cursor to go on from: everything that has changed was handled then. */
export async function takeWebhook(
  api: ApiClient,
  received: ReceivedWebhook,
  given: { readonly secret: string; readonly cursor: Cursor; readonly handle: (change: Change) => void },
): Promise<{ readonly status: number; readonly cursor: Cursor }> {
  const verified = await verifyWebhook(received, { secret: given.secret, nowMs: Date.now() });
  let { cursor } = given;
  if (verified.kind === 'refused') return { status: 401, cursor };
  for (let hasMore = true; hasMore; ) {
    const delta = valueOf(await api.listChanges({ query: { cursor } }));
    for (const change of delta.changes) given.handle(change);
    ({ cursor, hasMore } = delta);
  }
  return { status: 204, cursor };
}
