import { type NodeId, opId, rootNodeId } from '@syncline/protocol';
import { packCommits } from '../../client/src/engine/pack-commits.ts';
import { downloadContent } from '../../client/src/transfers/download-content.ts';
import { type ContentOutcome, storedContent } from '../../client/src/transfers/upload-files.ts';
import { newId } from './api-device.ts';
import type { InMemoryClient } from './in-memory-client.ts';
import type { Member } from './in-memory-member.ts';

/** Publishes uploads as files of any names in the root. Answers their nodes in order. */
export async function commitUploads(
  { api }: InMemoryClient,
  { namespaceId }: Member,
  outcomes: readonly ContentOutcome[],
): Promise<readonly NodeId[]> {
  const uploads = outcomes.map((outcome) => {
    if (outcome.kind !== 'uploaded' && outcome.kind !== 'packed') throw new Error(`an upload was ${outcome.kind}`);
    return outcome;
  });
  const nodeIds: NodeId[] = [];
  for (const part of packCommits(uploads)) {
    const batch = newId();
    const operations = part.map((upload, index) => {
      const place = { parentId: rootNodeId(namespaceId), name: newId() };
      const put = { type: 'put' as const, opId: opId(batch, index), namespaceId, baseRev: 0, clock: 1 };
      return { ...place, ...put, ...storedContent(upload) };
    });
    const answer = await api.commit({ body: { operations } });
    if (!answer.ok) throw new Error(`the commit was refused: ${answer.problem.detail}`);
    for (const result of answer.value.results) {
      if (result.status !== 'committed') throw new Error(`an operation was refused: ${JSON.stringify(result)}`);
      nodeIds.push(result.node.nodeId);
    }
  }
  return nodeIds;
}

/** The whole content of a file, as any client downloads it. */
export async function downloadBytes(client: InMemoryClient, member: Member, nodeId: NodeId): Promise<Uint8Array> {
  const parts: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  const sink = {
    write: async (offset: number, bytes: Uint8Array) => void parts.push({ offset, bytes: bytes.slice() }),
  };
  const outcome = await downloadContent(client, { namespaceId: member.namespaceId, nodeId }, { sink });
  if (outcome.kind !== 'downloaded') throw new Error(`a download was ${outcome.kind}`);
  return Buffer.concat(parts.toSorted((a, b) => a.offset - b.offset).map(({ bytes }) => bytes));
}
