import { type Node, type NodeId, type Operation, rootNodeId, type SearchQuery } from '@syncline/protocol';
import {
  type ApiDevice,
  newEmail,
  newOpId,
  openApiDevice,
  putOperation,
  uploadBytes,
  valueOf,
} from '../test/support/api-device.ts';

/** Pause between two looks for a change. */
const LOOK_MS = 20;
const LOOKS_MAX = 3000;

type Wanted = Pick<SearchQuery, 'folderId' | 'namespaceId'> & { readonly q: string };
/** An operation without what all of them name. */
type Change = Operation extends infer One ? (One extends unknown ? Omit<One, 'opId' | 'namespaceId'> : never) : never;

/** What people do to a file or a folder that search has to follow. */
export const KINDS_OF_CHANGE = ['made', 'renamed', 'moved', 'deleted', 'restored', 'edited', 'shared'] as const;
export type KindOfChange = (typeof KINDS_OF_CHANGE)[number];

/** From the answer to a change until search tells of it, in milliseconds, for each kind of change. */
export async function measureLags(
  apiUrl: string,
  rounds: number,
): Promise<ReadonlyMap<KindOfChange, readonly number[]>> {
  const device = await openApiDevice({ apiUrl, email: newEmail() });
  const { homeNamespaceId } = device.account;
  const root = rootNodeId(homeNamespaceId);
  const { node: shelf } = await commit(device, { type: 'mkdir', parentId: root, name: 'shelf' });
  const lags = new Map<KindOfChange, number[]>(KINDS_OF_CHANGE.map((kind) => [kind, []]));
  for (let round = 0; round < rounds; round++) {
    const measured = async (kind: KindOfChange, query: Wanted, total: number): Promise<void> => {
      lags.get(kind)?.push(await untilFound(device, query, total));
    };
    const [before, after] = [{ q: `lag${round} ` }, { q: `wander${round} ` }];
    const { nodeId } = (await commit(device, { type: 'mkdir', parentId: root, name: `lag${round}` })).node;
    await measured('made', before, 1);
    const { node: renamed } = await commit(
      device,
      move(nodeId, { parentId: root, name: `wander${round}`, baseRev: 1 }),
    );
    await measured('renamed', after, 1);
    const place = { parentId: shelf.nodeId, name: `wander${round}`, baseRev: renamed.rev };
    const moved = await commit(device, move(nodeId, place));
    await measured('moved', { ...after, folderId: shelf.nodeId }, 1);
    await commit(device, { type: 'delete', nodeId, baseRev: moved.node.rev, baseSeq: moved.seq });
    await measured('deleted', after, 0);
    await commit(device, { type: 'restore', nodeId });
    await measured('restored', after, 1);
    await edit(device, round);
    await measured('edited', { q: `second${round}word ` }, 1);
    const { folder } = valueOf(
      await device.api.shareFolder({ body: { namespaceId: homeNamespaceId, folderId: nodeId } }),
    );
    await commit(
      device,
      { type: 'mkdir', parentId: rootNodeId(folder.namespaceId), name: `inside${round}` },
      folder.namespaceId,
    );
    await measured('shared', { q: `inside${round} `, namespaceId: folder.namespaceId }, 1);
  }
  return lags;
}

function move(nodeId: NodeId, place: { readonly parentId: NodeId; readonly name: string; readonly baseRev: number }) {
  return { type: 'move' as const, nodeId, ...place };
}

/** A file whose words become others. */
async function edit(device: ApiDevice, round: number): Promise<void> {
  const upload = (word: string) => uploadBytes(device, Buffer.from(`${word}${round}word`));
  const name = `text${round}.txt`;
  const { node: made } = await commitWhole(device, putOperation(device, { name, uploadId: await upload('first') }));
  const uploadId = await upload('second');
  await commitWhole(device, putOperation(device, { name, uploadId, nodeId: made.nodeId, baseRev: made.rev }));
}

/** The node as the change has made it, and the entry of the journal that tells of it. */
interface Committed {
  readonly node: Node;
  readonly seq: number;
}

function commit(device: ApiDevice, change: Change, namespaceId = device.account.homeNamespaceId): Promise<Committed> {
  return commitWhole(device, { ...change, opId: newOpId(), namespaceId });
}

async function commitWhole(device: ApiDevice, operation: Operation): Promise<Committed> {
  const [result] = valueOf(await device.api.commit({ body: { operations: [operation] } })).results;
  if (result?.status !== 'committed') throw new Error(`a change was not committed: ${JSON.stringify(result)}`);
  return result;
}

async function untilFound(device: ApiDevice, query: Wanted, wanted: number): Promise<number> {
  const committed = performance.now();
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const { total } = valueOf(await device.api.search({ query }));
    if (total === wanted) return performance.now() - committed;
    await new Promise((resolve) => void setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`search does not tell of a change: ${query.q}`);
}
