import {
  AccountId,
  assert,
  type ChunkHash,
  type Cursor,
  type DeviceId,
  encodeUlid,
  InvitationId,
  type InvitedRole,
  NamespaceId,
  NodeId,
  type Operation,
  opId,
  type RouteInput,
  type RouteName,
  type RouteResponse,
  rootNodeId,
  routes,
  UploadId,
} from '@syncline/protocol';
import type { ApiResult } from '../../lambdas/runtime/api-event.ts';
import { chunkOf, fileOf, join, type Member, putChunk, textBytes } from './in-memory-member.ts';
import { eventOf, InMemoryService } from './in-memory-service.ts';

/** Who asks. `removed` was an editor until just now; `stranger` has an account and nothing else. */
export const PERSONS = ['owner', 'editor', 'viewer', 'removed', 'stranger'] as const;
export type Person = (typeof PERSONS)[number];

/** What a request is about: all of it in one namespace, or nothing of it anywhere. */
export interface Target {
  readonly namespaceId: NamespaceId;
  readonly folderId: NodeId;
  readonly fileId: NodeId;
  /** A folder that was deleted. */
  readonly trashed: { readonly nodeId: NodeId; readonly deletedAt: string };
  /** An upload of the person who asks (of the owner, where a stranger asks) and its chunk, and an upload of the owner. */
  readonly ownUploadId: UploadId;
  readonly ownChunk: ChunkHash;
  /** The bytes of that chunk, in base64. */
  readonly ownPart: string;
  readonly ownersUploadId: UploadId;
  readonly cursor: Cursor;
  readonly ownAccountId: AccountId;
  /** Of the person who asks. */
  readonly ownDeviceId: DeviceId;
  /** Another member, who is neither the owner nor the person who asks. */
  readonly otherAccountId: AccountId;
  readonly invitationId: InvitationId;
}

/** Bytes of each person's own: what one account has sent, another would have to prove. */
function bytesOf(person: string): Uint8Array {
  return textBytes(`what ${person} wrote`);
}

/** A shared folder with a folder, a file and an open upload in it, its owner and another member, and one person who asks. */
export class MatrixWorld {
  readonly service = new InMemoryService();
  #owner: Member | undefined;
  #asker: Member | undefined;
  #operations = 0;

  /** The person who asks, and what there is to ask about. */
  async open(person: Person): Promise<Target> {
    const owner = await join(this.service, 'olga');
    const asker = person === 'owner' ? owner : await join(this.service, 'paul');
    const namespaceId = await this.#share(owner);
    this.#owner = { ...owner, namespaceId };
    this.#asker = asker;
    const folderId = await this.#apply({ type: 'mkdir', parentId: rootNodeId(namespaceId), name: 'folder' });
    const uploadId = await this.#upload(owner, namespaceId);
    const put = { type: 'put', name: 'file', baseRev: 0, clock: 1, onConflict: 'keep_both' } as const;
    const fileId = await this.#apply({ ...put, parentId: rootNodeId(namespaceId), uploadId });
    const trashed = await this.#trash(this.#owner);
    const ownersUploadId = await this.#upload(owner, namespaceId);
    const other = await join(this.service, 'rita');
    await this.#welcome(other, 'viewer');
    const stranger = person === 'stranger';
    if (person !== 'owner' && !stranger) await this.#welcome(asker, 'editor');
    const ownUploadId = stranger ? ownersUploadId : await this.#upload(asker, namespaceId);
    const ownBytes = bytesOf(stranger ? owner.subject : asker.subject);
    const cursor = await this.#cursor(stranger ? owner : asker, namespaceId);
    const { invitationId } = await this.#invite('viewer');
    const members = { namespaceId, accountId: asker.accountId };
    if (person === 'viewer') await this.#asOwner('changeRole', { parameters: members, body: { role: 'viewer' } });
    if (person === 'removed') await this.#asOwner('removeMember', { parameters: members });
    const own = { ownUploadId, ownChunk: chunkOf(ownBytes).hash, ownPart: Buffer.from(ownBytes).toString('base64') };
    const uploads = { ...own, ownersUploadId };
    const accounts = {
      ownAccountId: asker.accountId,
      ownDeviceId: asker.deviceId,
      otherAccountId: other.accountId,
    };
    return { namespaceId, folderId, fileId, trashed, invitationId, cursor, ...uploads, ...accounts };
  }

  /** The same kinds of names, of nothing that exists. */
  nothing(): Target {
    const id = () => encodeUlid(this.service.stores.random.bytes(16));
    assert(this.#asker !== undefined, 'somebody asks');
    return {
      namespaceId: NamespaceId.parse(id()),
      folderId: NodeId.parse(id()),
      fileId: NodeId.parse(id()),
      trashed: { nodeId: NodeId.parse(id()), deletedAt: '2026-01-01T00:00:00.000Z' },
      invitationId: InvitationId.parse(id()),
      ownUploadId: UploadId.parse(id()),
      ownChunk: chunkOf(bytesOf('nobody')).hash,
      ownPart: Buffer.from(bytesOf('nobody')).toString('base64'),
      ownersUploadId: UploadId.parse(id()),
      ownAccountId: this.#asker.accountId,
      ownDeviceId: this.#asker.deviceId,
      otherAccountId: AccountId.parse(id()),
      cursor: 'nothing.AAAA' as Cursor,
    };
  }

  /** Asks as the person. The answer is told as it goes over the wire. */
  ask<N extends RouteName>(name: N, input: RouteInput<N>): Promise<ApiResult> {
    assert(this.#asker !== undefined, 'somebody asks');
    const { parameters, query, body } = input as {
      readonly parameters?: Readonly<Record<string, string>>;
      readonly query?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    };
    return this.service.handle({
      ...eventOf(routes[name], this.#asker),
      ...(parameters === undefined ? {} : { pathParameters: parameters }),
      ...(query === undefined ? {} : { queryStringParameters: query }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #apply(doing: object): Promise<NodeId> {
    const owner = this.#owner;
    assert(owner !== undefined, 'there is an owner');
    this.#operations += 1;
    const named = { namespaceId: owner.namespaceId, opId: operationId(this.#operations) };
    const operations = [{ ...doing, ...named } as Operation];
    const answer = await this.service.invoke('commit', { body: { operations } }, owner);
    const result = answer.ok ? answer.value.results[0] : undefined;
    assert(result?.status === 'committed', 'the owner may write');
    return result.node.nodeId;
  }

  async #trash(owner: Member): Promise<Target['trashed']> {
    const { namespaceId } = owner;
    const nodeId = await this.#apply({ type: 'mkdir', parentId: rootNodeId(namespaceId), name: 'trashed' });
    const tree = await this.#asOwner('listTree', { query: { namespaceId } });
    await this.#apply({ type: 'delete', nodeId, baseRev: 1, baseSeq: tree.seq });
    const answer = await this.service.invoke('listTrash', { query: { namespaceId } }, owner);
    const entry = answer.ok ? answer.value.entries[0] : undefined;
    assert(entry !== undefined, 'what was deleted lies in the trash');
    return { nodeId, deletedAt: entry.deletedAt };
  }

  async #upload(member: Member, namespaceId: NamespaceId): Promise<UploadId> {
    const bytes = bytesOf(member.subject);
    const body = { files: [fileOf(namespaceId, [bytes])] };
    const answer = await this.service.invoke('initiateUploads', { body }, member);
    const upload = answer.ok ? answer.value.uploads[0] : undefined;
    assert(upload !== undefined, 'a writer opens an upload');
    for (const missing of upload.missing) putChunk(this.service, missing, bytes);
    return upload.uploadId;
  }

  async #cursor(member: Member, namespaceId: NamespaceId): Promise<Cursor> {
    const answer = await this.service.invoke('listTree', { query: { namespaceId } }, member);
    assert(answer.ok, 'a member may list the tree');
    return answer.value.cursor;
  }

  async #share(owner: Member): Promise<NamespaceId> {
    this.#owner = owner;
    const folderId = await this.#apply({ type: 'mkdir', parentId: rootNodeId(owner.namespaceId), name: 'team' });
    const { namespaceId } = owner;
    const shared = await this.#asOwner('shareFolder', { body: { namespaceId, folderId } });
    return shared.folder.namespaceId;
  }

  async #welcome(member: Member, role: InvitedRole): Promise<void> {
    const { token } = await this.#invite(role);
    const answer = await this.service.invoke('acceptInvitation', { body: { token } }, member);
    assert(answer.ok, 'who is invited is welcome');
  }

  async #invite(role: InvitedRole) {
    assert(this.#owner !== undefined, 'there is an owner');
    const parameters = { namespaceId: this.#owner.namespaceId };
    const { invitation, token } = await this.#asOwner('invite', { parameters, body: { role } });
    return { token, invitationId: invitation.invitationId };
  }

  async #asOwner<N extends RouteName>(name: N, input: RouteInput<N>): Promise<RouteResponse<N>> {
    const answer = await this.service.invoke(name, input, this.#owner);
    assert(answer.ok, `the owner may ${name}`);
    return answer.value;
  }
}

/** A file as a client would describe it for an upload. */
export function matrixFile(namespaceId: NamespaceId) {
  return fileOf(namespaceId, [bytesOf('nobody')]);
}

export function operationId(number: number) {
  return opId(`0${String(number).padStart(25, '0')}`, 0);
}
