import {
  assert,
  type ByteSpan,
  type ChunkHash,
  type NodeId,
  type PatchPart,
  rootNodeId,
  UploadId,
} from '@syncline/protocol';
import { possessionProof } from '../../lambdas/chunks/possession.ts';
import { type Committed, committed } from './commit-world.ts';
import { chunkOf, fileOf, type Member, putChunk } from './in-memory-member.ts';
import { SharedWorld } from './shared-world.ts';

/** A chunk that is to be made of parts. */
export interface Patch {
  readonly bytes: Uint8Array;
  readonly parts: readonly PatchPart[];
}

/** People who edit files of several chunks, on the whole service in memory. */
export class PatchWorld extends SharedWorld {
  /** Opens an upload of a file of these chunks, and sends nothing. */
  async begin(member: Member, contents: readonly Uint8Array[]): Promise<UploadId> {
    const body = { files: [fileOf(member.namespaceId, contents)] };
    const { uploads } = await this.call(member, 'initiateUploads', { body });
    return UploadId.parse(uploads[0]?.uploadId);
  }

  /** A file of these chunks, each sent alone unless it is held, or proven. */
  async store(member: Member, name: string, contents: readonly Uint8Array[]): Promise<Committed> {
    const body = { files: [fileOf(member.namespaceId, contents)] };
    const { uploads } = await this.call(member, 'initiateUploads', { body });
    const uploadId = UploadId.parse(uploads[0]?.uploadId);
    const bytesOf = (hash: ChunkHash) => {
      const bytes = contents.find((one) => chunkOf(one).hash === hash);
      assert(bytes !== undefined, 'a file is asked for its own chunks');
      return bytes;
    };
    for (const missing of uploads[0]?.missing ?? []) putChunk(this.service, missing, bytesOf(missing.hash));
    const asked = uploads[0]?.prove ?? [];
    const proofs = asked.map(({ hash, challenge }) => ({ hash, proof: possessionProof(challenge, bytesOf(hash)) }));
    if (proofs.length > 0) await this.call(member, 'checkChunks', { parameters: { uploadId }, body: { proofs } });
    return this.publish(member, name, { uploadId });
  }

  async publish(
    member: Member,
    name: string,
    { uploadId, nodeId }: { readonly uploadId: UploadId; readonly nodeId?: NodeId },
  ): Promise<Committed> {
    const place = { parentId: rootNodeId(member.namespaceId), name, clock: 1, onConflict: 'fail' } as const;
    const edited = nodeId === undefined ? { baseRev: 0 } : { baseRev: 1, nodeId };
    return committed(await this.tryOne(member, { type: 'put', ...place, ...edited, uploadId }));
  }

  /** What is answered to patches, or the refusal. */
  async patch(member: Member, uploadId: UploadId, { base, patches }: PatchesOf) {
    const named = patches.map(({ bytes, parts }) => ({ hash: chunkOf(bytes).hash, parts: [...parts] }));
    const body = { base: { nodeId: base.nodeId, rev: base.rev ?? 1 }, patches: named };
    const answer = await this.service.invoke('patchChunks', { parameters: { uploadId }, body }, member);
    return answer.ok ? answer.value : answer.problem;
  }

  async outline(member: Member, nodeId: NodeId, spans: readonly ByteSpan[]) {
    const body = { namespaceId: member.namespaceId, rev: 1, spans: [...spans] };
    const answer = await this.service.invoke('outlineContent', { parameters: { nodeId }, body }, member);
    return answer.ok ? answer.value.outlines : answer.problem;
  }

  /** What is known of a chunk in a domain. */
  async knowledge({ accountId }: Member, bytes: Uint8Array, domain = 'shared') {
    const { hash } = chunkOf(bytes);
    return (await this.service.stores.chunks.lookup({ domain, accountId, hashes: [hash] })).get(hash);
  }

  /** Keys of all objects. */
  get keys(): readonly string[] {
    return this.service.stores.objects.keys();
  }
}

interface PatchesOf {
  /** Its first revision, unless another one is named. */
  readonly base: { readonly nodeId: NodeId; readonly rev?: number };
  readonly patches: readonly Patch[];
}

/** Bytes that come along. */
export function own(bytes: Uint8Array): PatchPart {
  return { bytes: Buffer.from(bytes).toString('base64') };
}

export function hashesOf(contents: readonly Uint8Array[]): readonly ChunkHash[] {
  return contents.map((bytes) => chunkOf(bytes).hash);
}
