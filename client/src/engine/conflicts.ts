import { type ConflictStrategy, type NodeId, parseConflictedName, splitName } from '@syncline/protocol';
import type { ExplainedTrees } from './explain-path.ts';
import { CONFLICT_NAMES_MAX } from './limits.ts';
import type { LoopStatus } from './loop-status.ts';
import { pathNames } from './node-tree.ts';
import type { FileSystem } from './ports.ts';
import { diskPath, joinPath, type LocalNode, parentPath, sameWrite } from './trees.ts';

/**
 * Two contents of one file, of which a person has not said yet which is meant.
 * - `copy`       both are stored: the file, and a conflicted copy beside it, made by any device;
 * - `unsettled`  the folder's strategy is `fail`: one is stored, and the other stands on the disk of this device alone.
 */
export interface Conflict {
  readonly conflictId: string;
  readonly kind: 'copy' | 'unsettled';
  /** Of the file, relative to the synced folder. */
  readonly path: string;
  /** Of the conflicted copy, which the service has too, or will have, unless this account may only read there. */
  readonly copyPath: string | undefined;
  /** Who made the copy, and when. */
  readonly deviceName: string | undefined;
  readonly at: Date | undefined;
  /**
   * Whether this account may only read there: the copy cannot take the place of the file, and one that the service has can neither go nor
   * have another name.
   */
  readonly isReadOnly: boolean;
}

export type ConflictChoice = 'mine' | 'theirs' | 'both';

/** The strategy that a choice stands for. */
export const STRATEGY_OF: Readonly<Record<ConflictChoice, ConflictStrategy>> = {
  mine: 'keep_mine',
  theirs: 'keep_theirs',
  both: 'keep_both',
};

/**
 * - `settled`    it is done, or will be with the next round;
 * - `unknown`    there is no such conflict;
 * - `changed`    one of the two was edited meanwhile, or is not on this disk: nothing was done;
 * - `name-taken` the copy cannot have the file's name, because a folder has it: nothing was done;
 * - `read-only`  it would change a folder that this account may only read: nothing was done.
 */
export type ConflictOutcome = 'settled' | 'unknown' | 'changed' | 'name-taken' | 'read-only';

/** All conflicts that are known here. Costs the size of the folder. */
export function listConflicts(
  { local, remote, synced, rootId, mounts }: ExplainedTrees,
  { problems }: Pick<LoopStatus, 'problems'>,
): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  for (const node of remote.nodes()) {
    const parsed = node.kind === 'file' ? parseConflictedName(node.name) : undefined;
    const path = pathNames(remote, rootId, node.nodeId)?.join('/');
    if (parsed === undefined || path === undefined) continue;
    if (synced.get(node.nodeId)?.name === node.name && isSettledHere(local, node.nodeId)) continue;
    const shown = local.tree.has(node.nodeId) ? (diskPath(local.tree, rootId, node.nodeId) ?? path) : path;
    const { deviceName, at } = parsed;
    const file = joinPath(parentPath(shown), parsed.name);
    conflicts.push({
      conflictId: node.nodeId,
      kind: 'copy',
      path: file,
      copyPath: shown,
      deviceName,
      at,
      isReadOnly: mounts.stateIn(remote, node.parentId) === 'readable',
    });
  }
  for (const node of local.tree.nodes()) {
    // A copy that is not sent yet, or not to be sent, as where this account may only read.
    const parsed = node.kind === 'file' && !remote.has(node.nodeId) ? parseConflictedName(node.name) : undefined;
    const copyPath = parsed === undefined ? undefined : diskPath(local.tree, rootId, node.nodeId);
    if (parsed === undefined || copyPath === undefined) continue;
    const { deviceName, at } = parsed;
    const path = joinPath(parentPath(copyPath), parsed.name);
    const isReadOnly = mounts.stateIn(local.tree, node.parentId) === 'readable';
    conflicts.push({ conflictId: node.nodeId, kind: 'copy', path, copyPath, deviceName, at, isReadOnly });
  }
  for (const { path, reason } of problems) {
    if (reason !== 'conflict') continue;
    conflicts.push({
      conflictId: path,
      kind: 'unsettled',
      path,
      copyPath: undefined,
      deviceName: undefined,
      at: undefined,
      isReadOnly: false,
    });
  }
  return conflicts.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whoever has let an agreed copy go, or given it an ordinary name, has settled it: the next round carries that to the service. */
function isSettledHere({ tree, frozen }: ExplainedTrees['local'], copyId: NodeId): boolean {
  const here = tree.get(copyId);
  return here === undefined ? !frozen.has(copyId) : parseConflictedName(here.name) === undefined;
}

/**
 * Settles a conflict with a copy on the disk; the next round carries it to the service. `mine` is the copy, `theirs` the file
 * that kept the name. Nothing is lost: what gives way stays as a revision, or in the trash.
 */
export async function settleCopy(
  world: { readonly files: FileSystem; readonly trees: ExplainedTrees },
  conflict: Conflict,
  choice: ConflictChoice,
): Promise<ConflictOutcome> {
  const { files, trees } = world;
  const copy = localFile(trees, conflict.copyPath);
  if (copy === undefined || conflict.copyPath === undefined) return 'changed';
  const { copyPath } = conflict;
  // The next round would take it back.
  if (conflict.isReadOnly && (choice === 'mine' || trees.remote.has(copy.nodeId))) return 'read-only';
  if (choice === 'both') {
    const free = freePath(trees, conflict);
    return isDone(await files.move({ from: copyPath, to: free, identity: copy.entry.identity }));
  }
  if (choice === 'mine') {
    if (localNode(trees, conflict.path)?.kind === 'folder') return 'name-taken';
    const edited = unsentFile(trees, conflict.path);
    if (edited !== undefined) {
      // Nobody else has these bytes: no revision keeps them.
      const gone = await files.trash({ path: conflict.path, expected: new Map([[conflict.path, edited.entry]]) });
      if (gone.kind !== 'done') return 'changed';
      const moved = await files.move({ from: copyPath, to: conflict.path, identity: copy.entry.identity });
      await files.flush();
      return isDone(moved);
    }
    const replaced = await replaceFile(world, conflict, copy);
    if (replaced !== 'settled' || localFile(trees, conflict.path) === undefined) return replaced;
  }
  const outcome = await files.trash({ path: copyPath, expected: new Map([[copyPath, copy.entry]]) });
  await files.flush();
  return isDone(outcome);
}

/** Puts the copy's bytes in the place of the file, or the copy itself where no file is left. */
async function replaceFile(
  { files, trees }: { readonly files: FileSystem; readonly trees: ExplainedTrees },
  { path, copyPath = '' }: Conflict,
  copy: LocalNode,
): Promise<ConflictOutcome> {
  const { identity } = copy.entry;
  const file = localFile(trees, path);
  if (file === undefined) return isDone(await files.move({ from: copyPath, to: path, identity }));
  const staged = await files.stage({ key: `conflict-${copy.nodeId}`, size: identity.size });
  try {
    for (let start = 0; start < identity.size; start += COPY_BYTES) {
      const end = Math.min(identity.size, start + COPY_BYTES);
      const answer = await files.read({ path: copyPath, identity }, { start, end });
      if (answer.kind !== 'read' || answer.bytes.length !== end - start) return 'changed';
      await staged.write(start, answer.bytes);
    }
    const modifiedAtMs = Number(identity.mtimeNs / 1_000_000n);
    const { executable } = copy;
    return isDone(await files.publish({ staged, path, replaces: file.entry.identity, executable, modifiedAtMs }));
  } finally {
    await staged.close();
  }
}

/** Bytes that are copied at once. */
const COPY_BYTES = 4 * 1024 * 1024;

function isDone({ kind }: { readonly kind: string }): ConflictOutcome {
  return kind === 'done' ? 'settled' : 'changed';
}

function localFile(trees: ExplainedTrees, path: string | undefined): LocalNode | undefined {
  const node = path === undefined ? undefined : localNode(trees, path);
  return node?.kind === 'file' ? node : undefined;
}

function localNode({ local, rootId }: ExplainedTrees, path: string): LocalNode | undefined {
  let nodeId: NodeId | undefined = rootId;
  for (const name of path.split('/')) {
    nodeId = nodeId === undefined ? undefined : local.tree.at({ parentId: nodeId, name })?.nodeId;
  }
  return nodeId === undefined ? undefined : local.tree.get(nodeId);
}

/** A file that is not as both sides agreed on it. */
function unsentFile(trees: ExplainedTrees, path: string): LocalNode | undefined {
  const file = localFile(trees, path);
  const agreed = file === undefined ? undefined : trees.synced.get(file.nodeId);
  const isSent = file !== undefined && agreed !== undefined && sameWrite(agreed.identity, file.entry.identity);
  return isSent ? undefined : file;
}

/** The first free name that is no conflicted copy's: `report (DEVICE).pdf`, `report (DEVICE 2).pdf` … */
function freePath(trees: ExplainedTrees, { path, deviceName = '' }: Conflict): string {
  const { stem, extension } = splitName(path.slice(path.lastIndexOf('/') + 1));
  for (let attempt = 1; attempt < CONFLICT_NAMES_MAX; attempt++) {
    const number = attempt === 1 ? '' : ` ${attempt}`;
    const free = joinPath(parentPath(path), `${stem} (${deviceName}${number})${extension}`);
    if (localNode(trees, free) === undefined) return free;
  }
  return path;
}
