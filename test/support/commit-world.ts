import {
  assert,
  type ConflictStrategy,
  type Cursor,
  type Node,
  type NodeId,
  type Operation,
  type OperationResult,
  opId,
  rootNodeId,
  type UploadId,
} from '@syncline/protocol';
import { fileOf, join, type Member, putChunk, sha256Hex, textBytes } from './in-memory-member.ts';
import { InMemoryService, type InMemoryServiceOptions } from './in-memory-service.ts';

type OperationOf<T extends Operation['type']> = Extract<Operation, { readonly type: T }>;
/** An operation without what the world adds: its opId and the member's namespace. */
export type Intent = {
  readonly [T in Operation['type']]: Partial<OperationOf<T>> & Omit<OperationOf<T>, 'opId' | 'namespaceId'>;
}[Operation['type']];

export type Committed = Extract<OperationResult, { readonly status: 'committed' }>;

export interface PutIntent {
  readonly name: string;
  readonly text: string;
  readonly parentId?: NodeId;
  readonly nodeId?: NodeId;
  readonly newNodeId?: NodeId;
  readonly baseRev?: number;
  readonly clock?: number;
  readonly executable?: boolean;
  readonly onConflict?: ConflictStrategy;
}

/** One account with devices, on the whole service in memory. */
export class CommitWorld {
  readonly service: InMemoryService;
  readonly #uploads = new Map<string, UploadId>();
  #batches = 0;

  constructor(options: InMemoryServiceOptions = {}) {
    this.service = new InMemoryService(options);
  }

  device(name: string, subject = 'ann'): Promise<Member> {
    return join(this.service, subject, name);
  }

  /** Opens an upload of one chunk and sends it. Nothing but the commit says that it was sent. */
  async upload(member: Member, text: string): Promise<UploadId> {
    const key = `${member.deviceId}/${text}`;
    const open = this.#uploads.get(key);
    if (open !== undefined) return open;
    const bytes = textBytes(text);
    const contents = bytes.length === 0 ? [] : [bytes];
    const body = { files: [fileOf(member.namespaceId, contents)] };
    const answer = await this.service.invoke('initiateUploads', { body }, member);
    assert(answer.ok, 'an upload is opened');
    const [upload] = answer.value.uploads;
    assert(upload !== undefined, 'every file has an upload');
    for (const missing of upload.missing) putChunk(this.service, missing, bytes);
    this.#uploads.set(key, upload.uploadId);
    return upload.uploadId;
  }

  async putOperation(member: Member, intent: PutIntent): Promise<Intent> {
    const { text, ...rest } = intent;
    return {
      type: 'put',
      parentId: rootNodeId(member.namespaceId),
      baseRev: 0,
      clock: 1,
      onConflict: 'keep_both',
      ...rest,
      uploadId: await this.upload(member, text),
    };
  }

  /** Names operations as a client does: one batch, numbered. */
  name(member: Member, intents: readonly Intent[]): Operation[] {
    this.#batches += 1;
    const batch = sha256Hex(`batch ${this.#batches}`)
      .slice(0, 25)
      .replaceAll(/[a-f]/g, (digit) => digit.toUpperCase());
    return intents.map((intent, index) => ({
      namespaceId: member.namespaceId,
      opId: opId(`0${batch}`, index),
      ...intent,
    }));
  }

  async commit(member: Member, operations: readonly Operation[]): Promise<readonly OperationResult[]> {
    const answer = await this.service.invoke('commit', { body: { operations: [...operations] } }, member);
    assert(answer.ok, 'a commit answers operation by operation');
    return answer.value.results;
  }

  async tryOne(member: Member, intent: Intent): Promise<OperationResult> {
    const [result] = await this.commit(member, this.name(member, [intent]));
    assert(result !== undefined, 'one operation has one result');
    return result;
  }

  async tryPut(member: Member, intent: PutIntent): Promise<OperationResult> {
    return this.tryOne(member, await this.putOperation(member, intent));
  }

  async must(member: Member, intent: Intent): Promise<Committed> {
    return committed(await this.tryOne(member, intent));
  }

  async put(member: Member, intent: PutIntent): Promise<Committed> {
    return committed(await this.tryPut(member, intent));
  }

  async mkdir(member: Member, name: string, parentId = rootNodeId(member.namespaceId)): Promise<Node> {
    return (await this.must(member, { type: 'mkdir', parentId, name })).node;
  }

  async head(member: Member): Promise<number> {
    const { namespaceId, accountId } = member;
    const access = await this.service.stores.namespaces.readAccess({ namespaceId, accountId });
    assert(access !== undefined, 'a member has access');
    return access.head.seq;
  }

  async cursor(member: Member): Promise<Cursor> {
    const answer = await this.service.invoke('getCursor', {}, member);
    assert(answer.ok, 'a member gets a cursor');
    return answer.value.cursor;
  }

  /** All live nodes, parents before their children. */
  async tree(member: Member): Promise<readonly Node[]> {
    const answer = await this.service.invoke('listTree', { query: {} }, member);
    assert(answer.ok, 'a member may list its tree');
    return answer.value.nodes;
  }

  async names(member: Member): Promise<readonly string[]> {
    return (await this.tree(member)).map(({ name }) => name);
  }

  /** The bytes of a file as a device would download them. */
  async read(member: Member, nodeId: NodeId, rev?: number): Promise<string | undefined> {
    const query = rev === undefined ? {} : { rev: `${rev}` };
    const answer = await this.service.invoke('getContent', { parameters: { nodeId }, query }, member);
    if (!answer.ok) return undefined;
    const parts = answer.value.chunks.map(({ url, range }) =>
      this.service.stores.objects.get(range === undefined ? { url } : { url, range }),
    );
    return Buffer.concat(parts.map(({ bytes }) => bytes)).toString('utf8');
  }
}

export function committed(result: OperationResult | undefined): Committed {
  assert(result?.status === 'committed', `expected a commit, got ${JSON.stringify(result)}`);
  return result;
}
