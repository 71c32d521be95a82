import { encodeUlid, type Node, type Operation, opId, rootNodeId, type Upload } from '@syncline/protocol';
import { chunkOf, fileOf, type Member, putChunk, textBytes } from './in-memory-member.ts';
import type { InMemoryService } from './in-memory-service.ts';

/** An upload that its author goes on with, step by step. */
export interface OpenUpload extends Upload {
  readonly parts: readonly string[];
}

type Doing = Operation extends infer O ? (O extends Operation ? Omit<O, 'opId' | 'namespaceId'> : never) : never;

/** Somebody who writes files that are cut where they please, so that a few bytes make a file of many chunks. */
export class ChunkedAuthor {
  readonly #service: InMemoryService;
  readonly member: Member;

  constructor(service: InMemoryService, member: Member) {
    this.#service = service;
    this.member = member;
  }

  /** Opens an upload of a file of these chunks; nothing is sent yet. */
  async open(parts: readonly string[]): Promise<OpenUpload> {
    const file = fileOf(this.member.namespaceId, parts.map(textBytes));
    const answer = await this.#service.invoke('initiateUploads', { body: { files: [file] } }, this.member);
    const upload = answer.ok ? answer.value.uploads[0] : undefined;
    if (upload === undefined) throw new Error('the upload was refused');
    return { ...upload, parts };
  }

  /** Sends chunks of an upload that nobody has, and nothing is said of it. */
  send({ missing, parts }: OpenUpload, indexes: Iterable<number> = parts.keys()): void {
    for (const index of indexes) {
      const bytes = textBytes(parts[index] ?? '');
      const named = missing.find(({ hash }) => hash === chunkOf(bytes).hash);
      if (named !== undefined) putChunk(this.#service, named, bytes);
    }
  }

  /** Sends chunks and reports them, as a device does from time to time, which others are told of. */
  async report(upload: OpenUpload, indexes: Iterable<number> = upload.parts.keys()): Promise<void> {
    const wanted = [...indexes];
    this.send(upload, wanted);
    const stored = [...new Set(wanted.map((index) => chunkOf(textBytes(upload.parts[index] ?? '')).hash))];
    const { uploadId } = upload;
    const answer = await this.#service.invoke(
      'checkChunks',
      { parameters: { uploadId }, body: { stored } },
      this.member,
    );
    if (!answer.ok) throw new Error(`the report was refused: ${answer.problem.detail}`);
  }

  /** Commits an upload as a new file, or as the next content of a node. */
  async commit({ uploadId }: Upload, at: { readonly name: string } | { readonly node: Node }): Promise<Node> {
    const parentId = rootNodeId(this.member.namespaceId);
    const place =
      'node' in at
        ? { parentId: at.node.parentId, name: at.node.name, nodeId: at.node.nodeId, baseRev: at.node.rev }
        : { parentId, name: at.name, baseRev: 0 };
    return this.apply({ type: 'put', ...place, uploadId, clock: 1, onConflict: 'keep_both' });
  }

  /** Writes a file of these chunks: a new one, or the next content of a node. */
  async put(at: { readonly name: string } | { readonly node: Node }, parts: readonly string[]): Promise<Node> {
    const upload = await this.open(parts);
    this.send(upload);
    return this.commit(upload, at);
  }

  /** Applies one operation, which must succeed. */
  async apply(doing: Doing): Promise<Node> {
    const { namespaceId } = this.member;
    const name = opId(encodeUlid(this.#service.stores.random.bytes(16)), 0);
    const operation: Operation = { ...doing, opId: name, namespaceId };
    const answer = await this.#service.invoke('commit', { body: { operations: [operation] } }, this.member);
    const result = answer.ok ? answer.value.results[0] : undefined;
    if (result?.status !== 'committed') throw new Error(`not committed: ${JSON.stringify(answer)}`);
    return result.node;
  }
}
