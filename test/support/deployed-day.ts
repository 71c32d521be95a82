import { randomBytes } from 'node:crypto';
import {
  assert,
  encodeUlid,
  type InvitedRole,
  MANIFEST_INLINE_CHUNKS_MAX,
  type NamespaceId,
  type NodeId,
  type Operation,
  opId,
  type RouteInput,
  type RouteName,
  type RouteResponse,
  rootNodeId,
  routes,
  type UploadId,
} from '@syncline/protocol';
import { possessionProof } from '../../lambdas/chunks/possession.ts';
import type { ApiResult } from '../../lambdas/runtime/api-event.ts';
import type { DeployedService } from './deployed-service.ts';
import { chunkOf, deviceIdOf, fileOf, type Member, textBytes } from './in-memory-member.ts';
import { packOf } from './in-memory-pack.ts';
import { eventOf, type TestCaller } from './in-memory-service.ts';

/** Chunks of a file whose manifest is too long to stand in a row. */
const MANY_CHUNKS = MANIFEST_INLINE_CHUNKS_MAX + 1;

/** Somebody of whom a token says an address and a sign-in, as the user pool of a deployment writes them. */
const callerOf = (subject: string, device = 'desk') => ({
  subject,
  deviceId: deviceIdOf(`${subject}/${device}`),
  signIn: `${subject}/${device}`,
  email: `${subject}@example.test`,
});

interface Put {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A day of two people with a deployment: all that its functions are for is done once at least. */
export class DeployedDay {
  readonly #service: DeployedService;

  constructor(service: DeployedService) {
    this.#service = service;
  }

  /** An answer, whatever it is. */
  ask<N extends RouteName>(name: N, input: RouteInput<N>, caller: TestCaller = {}): Promise<ApiResult> {
    const { parameters, query, body } = input as {
      readonly parameters?: Readonly<Record<string, string>>;
      readonly query?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    };
    return this.#service.handle({
      ...eventOf(routes[name], caller),
      ...(parameters === undefined ? {} : { pathParameters: parameters }),
      ...(query === undefined ? {} : { queryStringParameters: query }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async must<N extends RouteName>(name: N, input: RouteInput<N>, caller: TestCaller = {}): Promise<RouteResponse<N>> {
    const { statusCode, body } = await this.ask(name, input, caller);
    assert(statusCode === 200, `${name} is served, and not ${statusCode}: ${body.slice(0, 300)}`);
    return JSON.parse(body) as RouteResponse<N>;
  }

  async join(subject: string, device = 'desk'): Promise<Member> {
    const caller = callerOf(subject, device);
    const { accountId, homeNamespaceId: namespaceId } = await this.must('getAccount', {}, caller);
    const body = { deviceId: caller.deviceId, name: device, platform: 'linux' } as const;
    await this.must('registerDevice', { body }, caller);
    return { ...caller, accountId, namespaceId };
  }

  async put({ url, headers }: Put, bytes: Uint8Array): Promise<number> {
    const { status } = await fetch(url, { method: 'PUT', headers: { ...headers }, body: Buffer.from(bytes) });
    return status;
  }

  async apply(member: Member, intent: object): Promise<NodeId> {
    const named = { namespaceId: member.namespaceId, ...intent, opId: opId(encodeUlid(randomBytes(16)), 0) };
    const { results } = await this.must('commit', { body: { operations: [named as unknown as Operation] } }, member);
    const [result] = results;
    assert(result?.status === 'committed', `an operation is done: ${JSON.stringify(result)}`);
    return result.node.nodeId;
  }

  /** An upload whose chunks are sent alone. */
  async upload(member: Member, texts: readonly string[], namespaceId = member.namespaceId): Promise<UploadId> {
    const contents = texts.map(textBytes);
    const body = { files: [fileOf(namespaceId, contents)] };
    const { uploads } = await this.must('initiateUploads', { body }, member);
    const [upload] = uploads;
    assert(upload !== undefined, 'an upload is opened');
    for (const { hash, put } of upload.missing) {
      const bytes = contents.find((one) => chunkOf(one).hash === hash);
      if (put !== undefined && bytes !== undefined) await this.put(put, bytes);
    }
    const hashes = contents.slice(0, 1).map((one) => chunkOf(one).hash);
    await this.must('checkChunks', { parameters: { uploadId: upload.uploadId }, body: { hashes } }, member);
    return upload.uploadId;
  }

  async file(member: Member, name: string, text: string, parentId?: NodeId): Promise<NodeId> {
    const { namespaceId } = member;
    const uploadId = await this.upload(member, [text], namespaceId);
    const put = { type: 'put', name, baseRev: 0, clock: 1, onConflict: 'keep_both', uploadId } as const;
    return this.apply(member, { ...put, parentId: parentId ?? rootNodeId(namespaceId) });
  }

  /** A file of many small chunks, which go in packs. */
  async longFile(member: Member, name: string): Promise<NodeId> {
    const contents = Array.from({ length: MANY_CHUNKS }, (_, index) => textBytes(`${name} ${index}`));
    for (let from = 0; from < contents.length; from += 500) await this.pack(member, contents.slice(from, from + 500));
    const body = { files: [fileOf(member.namespaceId, contents)] };
    const { uploads } = await this.must('initiateUploads', { body }, member);
    const uploadId = uploads[0]?.uploadId;
    const put = { type: 'put', name, baseRev: 0, clock: 1, onConflict: 'keep_both', uploadId } as const;
    return this.apply(member, { ...put, parentId: rootNodeId(member.namespaceId) });
  }

  async pack(member: Member, contents: readonly Uint8Array[]): Promise<void> {
    const { pack, bytes } = packOf(contents);
    const destinations = [{ namespaceId: member.namespaceId, bytes: pack.size }];
    const opened = await this.must('openPack', { body: { ...pack, destinations } }, member);
    if (opened.status === 'put') await this.put(opened.put, bytes);
    await this.must('confirmPack', { body: pack }, member);
  }

  async share(owner: Member, name: string, friend: Member, role: InvitedRole): Promise<NamespaceId> {
    const { namespaceId } = owner;
    const folderId = await this.apply(owner, { type: 'mkdir', parentId: rootNodeId(namespaceId), name });
    await this.must('listTree', { query: { namespaceId, folderId } }, owner);
    const { folder } = await this.must('shareFolder', { body: { namespaceId, folderId } }, owner);
    const parameters = { namespaceId: folder.namespaceId };
    const { token } = await this.must('invite', { parameters, body: { role } }, owner);
    await this.must('acceptInvitation', { body: { token } }, friend);
    return folder.namespaceId;
  }

  /** Connects a device, as the WebSocket API tells it. */
  async connect(member: Member, connectionId: string): Promise<void> {
    const { url } = await this.must('openSocket', { body: {} }, member);
    const ticket = new URL(url).searchParams.get('ticket');
    const requestContext = { routeKey: '$connect', requestId: 'r', connectionId };
    const answer = await this.#service.call('socket', { queryStringParameters: { ticket }, requestContext });
    assert((answer as { statusCode: number }).statusCode === 200, 'a ticket opens a connection');
  }

  async disconnect(connectionId: string): Promise<void> {
    const requestContext = { routeKey: '$disconnect', requestId: 'r', connectionId };
    await this.#service.call('socket', { requestContext });
  }

  /** Tells the functions that follow the journal of all its entries, as its stream does. */
  async follow(): Promise<void> {
    const rows = this.#service.aws.tables.rows('DataChanges');
    const Records = rows.map((NewImage, index) => ({
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: String(index), NewImage },
    }));
    for (const name of ['notify', 'project'] as const) await this.#service.call(name, { Records });
  }

  /** Outlines a content, and makes a chunk of what it has and of a byte that is new. */
  async patch(member: Member, nodeId: NodeId, text: string): Promise<void> {
    const { namespaceId } = member;
    const span = { start: 0, end: text.length };
    await this.must('outlineContent', { parameters: { nodeId }, body: { namespaceId, rev: 1, spans: [span] } }, member);
    const { hash } = chunkOf(textBytes(`${text}!`));
    const body = { files: [fileOf(namespaceId, [textBytes(`${text}!`)])] };
    const { uploads } = await this.must('initiateUploads', { body }, member);
    const parameters = { uploadId: uploads[0]?.uploadId as UploadId };
    const patches = [{ hash, parts: [span, { bytes: Buffer.from('!').toString('base64') }] }];
    const patch = { parameters, body: { base: { nodeId, rev: 1 }, patches } };
    const { held } = await this.must('patchChunks', patch, member);
    assert(held[0] === hash, 'a chunk is made of what a revision has');
  }

  /** An upload of bytes that somebody else has stored, by a proof that one has them too. */
  async prove(member: Member, text: string): Promise<void> {
    const body = { files: [fileOf(member.namespaceId, [textBytes(text)])] };
    const { uploads } = await this.must('initiateUploads', { body }, member);
    const [upload] = uploads;
    const [asked] = upload?.prove ?? [];
    assert(upload !== undefined && asked !== undefined, 'bytes of somebody else are to be proven');
    const proof = possessionProof(asked.challenge, textBytes(text));
    const { uploadId } = upload;
    const proofs = [{ hash: asked.hash, proof }];
    await this.must('checkChunks', { parameters: { uploadId }, body: { hashes: [], proofs } }, member);
  }

  async seqOf({ namespaceId, ...caller }: Member): Promise<number> {
    return (await this.must('listTree', { query: { namespaceId } }, caller)).seq;
  }

  /** Another content of a file, and then the file in the trash. */
  async editAndDelete(member: Member, name: string): Promise<void> {
    const nodeId = await this.file(member, name, `first ${name}`);
    const uploadId = await this.upload(member, [`second ${name}`]);
    const put = { type: 'put', nodeId, name, baseRev: 1, clock: 2, onConflict: 'fail', uploadId } as const;
    await this.apply(member, { ...put, parentId: rootNodeId(member.namespaceId) });
    await this.apply(member, { type: 'restore', nodeId, rev: 1 });
    await this.apply(member, { type: 'delete', nodeId, baseRev: 3 });
  }

  /** Reads what an answer names, as a client does. */
  async read({
    chunks,
  }: {
    readonly chunks: readonly { readonly url: string; readonly range?: readonly number[] | undefined }[];
  }) {
    for (const { url, range } of chunks) {
      const headers = range === undefined ? {} : { range: `bytes=${range[0]}-${(range[1] ?? 0) - 1}` };
      const { status } = await fetch(url, { headers });
      assert(status === 200 || status === 206, `bytes are handed out, and not ${status}`);
    }
  }

  async purge(member: Member, nodeId: NodeId): Promise<void> {
    await this.apply(member, { type: 'delete', nodeId, baseRev: 1 });
    const { entries } = await this.must('listTrash', { query: {} }, member);
    const deletedAt = entries.find((entry) => entry.nodeId === nodeId)?.deletedAt;
    await this.apply(member, { type: 'purge', nodeId, deletedAt });
  }

  /** Delivers a page of members from the queue of pushes. */
  async tellPage({ namespaceId, accountId }: Member): Promise<void> {
    const hint = { message: { type: 'changed', namespaceId, seq: 1, epoch: 0 } };
    const body = JSON.stringify({ hint, first: accountId, last: accountId });
    await this.#service.call('fan-out', { Records: [{ messageId: 'm', body, attributes: {} }] });
  }

  /** Has a server told that nobody knows, tries it, and looks how that went. */
  async tellWebhooks(member: Member): Promise<void> {
    const { namespaceId } = member;
    const body = { namespaceId, url: 'https://hooks.example.invalid/' };
    const parentId = rootNodeId(namespaceId);
    const folderId = await this.apply(member, { type: 'mkdir', parentId, name: 'followed' });
    for (const followed of [{}, { folderId }]) {
      const { webhook } = await this.must('createWebhook', { body: { ...body, ...followed } }, member);
      const { webhookId } = webhook;
      await this.apply(member, { type: 'mkdir', parentId, name: `told ${webhookId}` });
      // What was queued is left to that message: a message of one's own is handled where none was.
      if (!('folderId' in followed)) await this.follow();
      const parameters = { webhookId };
      await this.must('testWebhook', { parameters }, member);
      for (const kind of ['changed', 'test']) {
        const task = JSON.stringify({ kind, namespaceId, webhookId, ticket: '0'.repeat(26) });
        const attributes = { ApproximateReceiveCount: '1' };
        const record = { messageId: 'm', receiptHandle: 'r', body: task, attributes };
        await this.#service.call('deliver', { Records: [record] });
      }
      await this.must('listWebhooks', {}, member);
      await this.must('removeWebhook', { parameters }, member);
    }
  }

  /** Takes in a file by a link for uploads, of which the maker pays. */
  async dropByLink(token: string, name: string, text: string): Promise<void> {
    const { namespaceId: _own, ...file } = fileOf(encodeUlid(new Uint8Array(16)) as NamespaceId, [textBytes(text)]);
    const visitor = { address: '198.51.100.7', password: 'open sesame' };
    const parameters = { token };
    const { uploads } = await this.must('openLinkUploads', { parameters, body: { files: [file] } }, visitor);
    const [upload] = uploads;
    assert(upload !== undefined, 'an upload is opened');
    const { uploadId } = upload;
    const hashes = [chunkOf(textBytes(text)).hash];
    await this.must('checkLinkChunks', { parameters: { token, uploadId }, body: { hashes } }, visitor);
    for (const { put } of upload.missing) if (put !== undefined) await this.put(put, textBytes(text));
    await this.must('checkLinkChunks', { parameters: { token, uploadId }, body: { hashes } }, visitor);
    await this.must('storeLinkFiles', { parameters, body: { files: [{ uploadId, name }] } }, visitor);
  }
}
