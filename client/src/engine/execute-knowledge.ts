import { type ContentHash, epochMs, type NodeId } from '@syncline/protocol';
import { agreedNode, type Execution, localPath, report } from './execution.ts';
import { forgetSynced } from './forget-node.ts';
import { type NamedFile, stateKey } from './large-transfers.ts';
import { BUSY_PAUSE_MS_MAX, BUSY_PAUSE_MS_MIN, FILE_TRIES_MAX, READS_MAX, TIME_TICK_MS } from './limits.ts';
import type { ContentSource, EnginePorts } from './ports.ts';
import { runBounded } from './run-bounded.ts';
import { listAgain } from './settle-local.ts';
import type { Step } from './steps.ts';
import { takeTransfer } from './take-transfer.ts';
import { type LocalIdentity, type LocalNode, parentPath, type RemoteNode } from './trees.ts';

/** Steps that change nothing but what the engine knows. */
export type KnowledgeStep = Extract<Step, { readonly type: 'forget' | 'agree' | 'adopt-copy' }>;

export function executeKnowledge(execution: Execution, step: KnowledgeStep): void {
  const { trees, local } = execution;
  switch (step.type) {
    case 'forget':
      forgetSynced(
        {
          children: (parentId) => trees.synced.children(parentId),
          set: (node) => trees.setSynced(node),
          remove: (nodeId) => trees.removeSynced(nodeId),
        },
        step,
      );
      break;
    case 'agree': {
      const there = trees.remote.get(step.nodeId);
      const here = local.tree.get(step.nodeId);
      if (there === undefined || here === undefined) return;
      // Perhaps an earlier process has put it there, and did not come to make it durable.
      const path = trees.synced.has(step.nodeId) ? undefined : localPath(execution, step.nodeId);
      if (path !== undefined) execution.ports.files.secure(path);
      trees.setSynced(agreedNode(there, here));
      break;
    }
    case 'adopt-copy': {
      const copy = trees.remote.get(step.copyId);
      if (copy === undefined) return;
      recordCopy(execution, step.nodeId, copy);
    }
  }
  execution.progress += 1;
}

/**
 * The service has made another node of what the disk has under `nodeId`: from now on the file on the disk is that one. It
 * keeps its place until the next plan gives it the copy's name, and the way is free then for the service's own file.
 */
export function recordCopy(execution: Execution, nodeId: NodeId, copy: RemoteNode): void {
  const { trees, local } = execution;
  trees.removeSynced(nodeId);
  if (nodeId !== copy.nodeId) local.rename(new Map([[nodeId, copy.nodeId]]));
  const here = local.tree.get(copy.nodeId);
  if (here !== undefined) trees.setSynced(agreedNode(copy, here));
}

/** Learns the content of files on which a decision hangs; that of large ones beside this round and later ones. */
export async function executeReads(execution: Execution, nodeIds: readonly NodeId[]): Promise<void> {
  const { local, ports } = execution;
  const files = nodeIds.map((nodeId) => local.tree.get(nodeId)).filter((node) => node !== undefined);
  const isLarge = ({ entry }: LocalNode): boolean => entry.identity.size > execution.largeFileBytes;
  executeLargeReads(execution, files.filter(isLarge));
  const small = files.filter((file) => !isLarge(file));
  await awaitTick(ports, small);
  await runBounded(small, READS_MAX, async (file) => {
    const path = localPath(execution, file.nodeId);
    if (path === undefined) return;
    const known = knownContents(execution, file);
    const named = await readContent(ports, { identity: file.entry.identity, path: () => path }, known);
    settleRead(execution, { file, path }, named);
  });
}

/** Takes up what reading large files has come to, and begins to read others where there is room. */
export function executeLargeReads(execution: Execution, files: readonly LocalNode[]): void {
  const { ports, left, transfers } = execution;
  for (const file of files) {
    const { nodeId, entry } = file;
    const { identity } = entry;
    const path = localPath(execution, nodeId);
    left.delete(nodeId);
    if (path === undefined) continue;
    const known = knownContents(execution, file);
    const key = readKey(execution, file);
    transfers.reads.standsAt(key, path);
    const taken = takeTransfer(execution, transfers.reads, { nodeId, key });
    if (taken === 'none') left.add(nodeId);
    else if (taken !== 'left') settleRead(execution, { file, path }, taken.value);
    if (taken !== 'none' || execution.isStopping() || !transfers.reads.hasRoom(identity.size)) continue;
    transfers.reads.begin({
      key,
      path,
      bytes: identity.size,
      run: async (ground) => {
        await awaitTick(ports, [file]);
        return readContent(ports, { identity, ...ground }, known);
      },
    });
  }
}

/** Names what reading a file is for: one state of it, to be compared with what is known now. */
export function readKey(execution: Execution, file: LocalNode): string {
  return [stateKey(file.entry.identity), ...knownContents(execution, file)].join(' ');
}

/** The content of a file as one of these names it, if one does; undefined when the file has changed, or cannot be read. */
export async function nameOnDisk(
  execution: Execution,
  file: LocalNode,
  known: readonly ContentHash[],
): Promise<ContentHash | undefined> {
  const path = localPath(execution, file.nodeId);
  if (path === undefined) return undefined;
  const { contentHash } = await readContent(
    execution.ports,
    { identity: file.entry.identity, path: () => path },
    known,
  );
  return contentHash;
}

async function readContent(ports: EnginePorts, state: FileState, known: readonly ContentHash[]): Promise<NamedFile> {
  const source = contentSource(ports, state);
  const contentHash = await ports.remote.nameContent(source, known);
  return { contentHash, failure: source.failure() };
}

function settleRead(
  execution: Execution,
  { file, path }: { readonly file: LocalNode; readonly path: string },
  { contentHash, failure }: NamedFile,
): void {
  if (contentHash === undefined) {
    if (failure === 'unreadable') report(execution, { path, reason: 'unreadable' });
    else countTry(execution, path);
    return;
  }
  const { tree } = execution.local;
  if (tree.get(file.nodeId) === file) {
    tree.set({ ...file, contentHash, entry: { ...file.entry, contentHash } });
  }
  execution.progress += 1;
}

/** What the content of a file is going to be compared with, as far as it may be the same. */
function knownContents({ trees }: Execution, { nodeId, entry }: LocalNode): readonly ContentHash[] {
  const nodes = [trees.remote.get(nodeId), trees.synced.get(nodeId)];
  return nodes.flatMap((node) => {
    return node?.contentHash === undefined || node.size !== entry.identity.size ? [] : [node.contentHash];
  });
}

export interface WatchedSource extends ContentSource {
  /** Why the source ended early, if it did. */
  failure(): 'changed' | 'unreadable' | undefined;
}

/** One state of a file, and where the file stands now; no more bytes are given once it is not wanted. */
interface FileState {
  readonly identity: LocalIdentity;
  readonly path: () => string;
  readonly isWanted?: () => boolean;
}

/** A file's bytes in exactly the given state; once it is in another state it ends. */
export function contentSource({ files }: EnginePorts, { identity, path, isWanted }: FileState): WatchedSource {
  let failure: 'changed' | 'unreadable' | undefined;
  return {
    size: identity.size,
    failure: () => failure,
    lend:
      files.lend &&
      (async () => {
        const answer =
          isWanted?.() === false ? ({ kind: 'changed' } as const) : await files.lend?.({ path: path(), identity });
        if (answer?.kind === 'lent') return answer.file;
        failure = answer?.kind;
        return undefined;
      }),
    readNow:
      files.readNow &&
      ((into) => {
        const answer =
          isWanted?.() === false ? ({ kind: 'changed' } as const) : files.readNow?.({ path: path(), identity }, into);
        if (answer === undefined || answer.kind === 'read') return answer?.bytes;
        failure = answer.kind;
        return new Uint8Array(0);
      }),
    read: async (wanted) => {
      const answer =
        isWanted?.() === false ? ({ kind: 'changed' } as const) : await files.read({ path: path(), identity }, wanted);
      if (answer.kind === 'read') return answer.bytes;
      failure = answer.kind;
      return new Uint8Array(0);
    },
  };
}

/** Lets the file system's clock go past files that were written just now, so that another write will show. */
export async function awaitTick({ clock }: Pick<EnginePorts, 'clock'>, files: readonly LocalNode[]): Promise<void> {
  const now = clock.now();
  const ages = files.map((file) => now - Number(file.entry.identity.mtimeNs / 1_000_000n));
  const young = ages.filter((age) => Math.abs(age) < TIME_TICK_MS);
  if (young.length > 0) await clock.sleep(TIME_TICK_MS - Math.min(...young));
}

/**
 * A file that changed under the reader starts over with the next plan; that, too, is going forward, up to FILE_TRIES_MAX. One that
 * goes on changing is read again after pauses that grow. Its folder is listed again: no watcher tells there that the file got or lost a
 * name in another one, which is another state of it.
 */
export function countTry(execution: Execution, path: string): void {
  listAgain(execution, parentPath(path));
  const count = (execution.tries.get(path)?.count ?? 0) + 1;
  const pauses = count - FILE_TRIES_MAX;
  const pauseMs = pauses < 0 ? 0 : Math.min(BUSY_PAUSE_MS_MAX, BUSY_PAUSE_MS_MIN * 2 ** pauses);
  execution.tries.set(path, { count, notBefore: epochMs(execution.ports.clock.now() + pauseMs) });
  if (pauses <= 0) execution.progress += 1;
}
