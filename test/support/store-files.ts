import { createFetchTransport, packCommits, systemClock, TransferGate, uploadFiles } from '@syncline/client';
import { MiB, type Node, type NodeId, opId, rootNodeId } from '@syncline/protocol';
import { type ApiDevice, newId, valueOf } from './api-device.ts';

/** A file that is to be stored. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of its last write. */
  readonly modifiedAt?: string;
  /** The file whose next revision it is. */
  readonly replaces?: { readonly nodeId: NodeId; readonly baseRev: number };
}

/** Stores files in a folder of an account's own, in the root unless another is named, as any client does. */
export async function storeFiles(
  device: ApiDevice,
  files: readonly GivenFile[],
  parentId?: NodeId,
): Promise<readonly Node[]> {
  const { api, account } = device;
  const namespaceId = account.homeNamespaceId;
  const gate = new TransferGate({ tasksMax: 8, bytesMax: 64 * MiB });
  const work = { api, transport: createFetchTransport(), gate, clock: systemClock, random: Math.random };
  const sources = files.map(({ bytes }) => ({
    namespaceId,
    size: bytes.length,
    read: async ({ start, end }: { readonly start: number; readonly end: number }) => bytes.subarray(start, end),
  }));
  const outcomes = await uploadFiles(work, sources);
  const uploads = outcomes.map((outcome, index) => {
    if (outcome.kind !== 'uploaded') throw new Error(`an upload was ${outcome.kind}`);
    return { ...outcome, file: files[index] as GivenFile };
  });
  const nodes: Node[] = [];
  for (const part of packCommits(uploads)) {
    const batch = newId();
    const operations = part.map(({ uploadId, file: { name, modifiedAt, replaces } }, index) => {
      const place = { namespaceId, parentId: parentId ?? rootNodeId(namespaceId), name };
      const written = modifiedAt === undefined ? {} : { clientModifiedAt: modifiedAt };
      const named = { ...place, ...written, baseRev: 0, ...replaces };
      return { ...named, type: 'put' as const, opId: opId(batch, index), uploadId, clock: 1 };
    });
    for (const result of valueOf(await api.commit({ body: { operations } })).results) {
      if (result.status === 'committed') nodes.push(result.node);
    }
  }
  return nodes;
}
