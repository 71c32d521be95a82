import { encodeUlid, type Node, type NodeId, type Operation, opId, UploadId } from '@syncline/protocol';
import { joinPath, parentPath } from '../../client/src/engine/trees.ts';
import { type ModelDevice, type ModelService, modelDevice } from './model-service.ts';

/** What a person does at the service from another device, which sees all that is there. By paths, as on a disk. */
export class ServiceUser {
  readonly #service: ModelService;
  readonly #device: ModelDevice;
  #acts = 0;

  constructor(service: ModelService, number = 9) {
    this.#service = service;
    this.#device = modelDevice(number);
  }

  write(path: string, text: string, options: { readonly executable: boolean } = { executable: false }): void {
    const known = this.#at(path);
    const { uploadId } = this.#service.upload(Buffer.from(text));
    const base = known === undefined ? { baseRev: 0 } : { nodeId: known.nodeId, baseRev: known.rev };
    this.#commit({
      type: 'put',
      parentId: this.#folderId(parentPath(path)),
      name: nameOf(path),
      ...base,
      uploadId: UploadId.parse(uploadId),
      executable: options.executable,
      clientModifiedAt: '2026-01-31T12:00:00.000Z',
      clock: 1,
      onConflict: 'fail',
    });
  }

  mkdir(path: string): void {
    this.#commit({ type: 'mkdir', parentId: this.#folderId(parentPath(path)), name: nameOf(path) });
  }

  rename(from: string, to: string): void {
    const { nodeId, rev } = this.#existing(from);
    this.#commit({ type: 'move', nodeId, baseRev: rev, parentId: this.#folderId(parentPath(to)), name: nameOf(to) });
  }

  remove(path: string): void {
    const { nodeId, rev } = this.#existing(path);
    this.#commit({ type: 'delete', nodeId, baseRev: rev, baseSeq: this.#service.journal.length });
  }

  #commit(operation: OperationWithout<'opId' | 'namespaceId'>): void {
    this.#acts += 1;
    const name = encodeUlid(new Uint8Array(16).fill(9));
    const whole = { ...operation, opId: opId(name, this.#acts), namespaceId: this.#service.namespaceId };
    const [result] = this.#service.commit(this.#device, [whole]);
    if (result?.status !== 'committed') throw new Error(`the service refused: ${JSON.stringify(result)}`);
  }

  #folderId(path: string): NodeId {
    return path === '' ? this.#service.rootId : this.#existing(path).nodeId;
  }

  #existing(path: string): Node {
    const node = this.#at(path);
    if (node === undefined) throw new Error(`${path} is not at the service`);
    return node;
  }

  #at(path: string): Node | undefined {
    const paths = new Map<NodeId, string>([[this.#service.rootId, '']]);
    return this.#service.list().find((node) => {
      const known = joinPath(paths.get(node.parentId) ?? '', node.name);
      paths.set(node.nodeId, known);
      return known === path;
    });
  }
}

type OperationWithout<Keys extends string> = Operation extends infer Each
  ? Each extends Operation
    ? Omit<Each, Keys>
    : never
  : never;

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
