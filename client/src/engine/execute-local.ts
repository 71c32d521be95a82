import type { NodeId } from '@syncline/protocol';
import { excludedRootOf } from './differences.ts';
import {
  agreedNode,
  type Execution,
  folderIdentity,
  freeLocalName,
  localNameFor,
  localPath,
  withLocalName,
} from './execution.ts';
import { isMovingName } from './moving-name.ts';
import { newNodeId } from './new-node-id.ts';
import { type Place, samePlace } from './node-tree.ts';
import { listAgain, localNode, placed, settle, settleAt } from './settle-local.ts';
import type { LocalStep } from './steps.ts';
import {
  joinPath,
  type LocalNode,
  localNameOf,
  parentPath,
  type SeenEntry,
  sameContent,
  sameState,
  sameWrite,
  seenEntry,
} from './trees.ts';
import { writeDown } from './write-down.ts';

/** Changes the structure of the disk, step by step, and writes down what was agreed by it once the disk has it for good. */
export async function executeLocalStructure(execution: Execution, steps: readonly LocalStep[]): Promise<void> {
  if (steps.length === 0) return;
  for (const step of steps) {
    if (execution.isStopping()) break;
    await executeStep(execution, step);
  }
  execution.problems.push(...(await writeDown(execution)));
}

async function executeStep(execution: Execution, step: LocalStep): Promise<void> {
  switch (step.type) {
    case 'make-local':
      return makeFolder(execution, step);
    case 'set-aside':
      return setAside(execution, step);
    case 'move-local':
      return moveNode(execution, step);
    case 'trash-local':
      return trashNode(execution, step.nodeId, isGoneRemote);
    case 'unsync-local':
      return trashNode(execution, step.nodeId, isKeptRemote);
  }
}

type PlacedStep = Extract<LocalStep, { readonly to: Place }>;

async function makeFolder(execution: Execution, { nodeId, to }: PlacedStep): Promise<void> {
  const { trees, local, ports } = execution;
  const there = trees.remote.get(nodeId);
  const folder = localPath(execution, to.parentId);
  if (there === undefined || folder === undefined) return;
  const path = joinPath(folder, localNameFor(execution, nodeId, to));
  const outcome = await ports.files.makeFolder(path, folderIdentity(execution, to.parentId));
  if (!settle(execution, path, outcome)) return;
  execution.counts.madeLocal += 1;
  const here = localNode(nodeId, { ...to, entry: outcome.entry });
  settleAt(local, here);
  execution.toList.set(nodeId, 'alone');
  trees.setSynced(agreedNode(there, here));
}

async function moveNode(execution: Execution, { nodeId, to }: PlacedStep): Promise<void> {
  const { local, ports } = execution;
  const here = local.tree.get(nodeId);
  const from = localPath(execution, nodeId);
  const folder = localPath(execution, to.parentId);
  if (here === undefined || from === undefined || folder === undefined) return;
  const path = joinPath(folder, localNameFor(execution, nodeId, to));
  const into = folderIdentity(execution, to.parentId);
  const outcome = await ports.files.move({ from, to: path, identity: here.entry.identity, into });
  if (outcome.kind === 'changed') listAgain(execution, parentPath(from));
  if (!settle(execution, path, outcome)) return;
  if (!isMovingName(to.name)) execution.counts.movedLocal += 1;
  const moved: LocalNode = { ...here, ...placed(to, outcome.entry), entry: seenEntry(outcome.entry) };
  // An edit that came after the plan went along with the move. It is a state that nobody has planned for.
  if (localNameOf(here) !== outcome.entry.name || here.parentId !== to.parentId) freeLocalName(execution, here);
  if (here.kind === 'folder') execution.toList.set(nodeId, 'with-below');
  const isAsPlanned = here.kind === 'folder' || sameWrite(here.entry.identity, outcome.entry.identity);
  settleAt(local, isAsPlanned ? moved : { ...moved, contentHash: undefined });
  if (!isAsPlanned) execution.failed.add(nodeId);
  recordMove(execution, { before: here, moved, isAsPlanned });
}

/** What was changed goes on as something of its own, which only this disk has; its place is free for what the service has. */
async function setAside(execution: Execution, { nodeId, to }: PlacedStep): Promise<void> {
  const { local, ports, trees } = execution;
  const here = local.tree.get(nodeId);
  const from = localPath(execution, nodeId);
  const folder = localPath(execution, to.parentId);
  if (here === undefined || from === undefined || folder === undefined) return;
  const path = joinPath(folder, localNameFor(execution, nodeId, to));
  const into = folderIdentity(execution, to.parentId);
  const outcome = await ports.files.move({ from, to: path, identity: here.entry.identity, into });
  if (outcome.kind === 'changed') listAgain(execution, parentPath(from));
  if (!settle(execution, path, outcome)) return;
  freeLocalName(execution, here);
  settleAt(local, { ...here, ...placed(to, outcome.entry), entry: seenEntry(outcome.entry), contentHash: undefined });
  const ownId = newNodeId(ports.random);
  local.rename(new Map([[nodeId, ownId]]));
  if (here.kind === 'folder') execution.toList.set(ownId, 'with-below');
  trees.removeSynced(nodeId);
  execution.counts.conflicts += 1;
}

/**
 * A move is agreed on once the node stands where the service has it; what is not agreed about its content stays so. A node that was
 * moved aside is where this device has put it: its old place is for another one.
 */
function recordMove(
  { trees }: Execution,
  move: { readonly before: LocalNode; readonly moved: LocalNode; readonly isAsPlanned: boolean },
): void {
  const { before, moved, isAsPlanned } = move;
  const agreed = trees.synced.get(moved.nodeId);
  const there = trees.remote.get(moved.nodeId);
  if (agreed === undefined || there === undefined) return;
  if (!samePlace(there, moved) && !isMovingName(moved.name)) return;
  const isUnchanged = before.kind === 'folder' || sameState(agreed.identity, before.entry.identity);
  const identity = isUnchanged && isAsPlanned ? moved.entry.identity : agreed.identity;
  trees.setSynced({ ...agreed, parentId: moved.parentId, name: moved.name, identity, ...withLocalName(moved) });
}

type IsDoomed = (execution: Execution, nodeId: NodeId) => boolean;

/** What the service still has, under another folder, was to be moved away before: without that nothing goes. */
const isGoneRemote: IsDoomed = ({ trees }, nodeId) => !trees.remote.has(nodeId);

/** What is excluded leaves the disk only while the service has it, and as it was agreed on. */
const isKeptRemote: IsDoomed = ({ trees, local }, nodeId) => {
  const here = local.tree.get(nodeId);
  const agreed = trees.synced.get(nodeId);
  if (here === undefined || agreed === undefined || !trees.remote.has(nodeId)) return false;
  return excludedRootOf(trees, nodeId) !== undefined && (here.kind === 'folder' || sameContent(here, agreed));
};

async function trashNode(execution: Execution, nodeId: NodeId, isDoomed: IsDoomed): Promise<void> {
  const { trees, local, ports } = execution;
  const path = localPath(execution, nodeId);
  if (path === undefined) return;
  const doomed = [nodeId, ...local.tree.below(nodeId)];
  const expected = new Map<string, SeenEntry>();
  for (const below of doomed) {
    const node = local.tree.get(below);
    const nodePath = localPath(execution, below);
    if (node === undefined || nodePath === undefined || !isDoomed(execution, below)) return;
    expected.set(nodePath, node.entry);
  }
  const outcome = await ports.files.trash({ path, expected });
  if (!settle(execution, path, outcome)) {
    execution.toList.set(nodeId, 'with-below');
    return;
  }
  const gone = local.tree.get(nodeId);
  local.drop(nodeId);
  if (gone !== undefined) freeLocalName(execution, gone);
  for (const below of doomed) {
    trees.removeSynced(below);
    execution.counts.deletedLocal += 1;
  }
}
