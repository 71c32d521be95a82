import {
  assert,
  COMMIT_CONFIRM_CHUNKS_MAX,
  type ConflictStrategy,
  epochMs,
  formatInstant,
  type NodeId,
} from '@syncline/protocol';
import { awaitTick, contentSource, countTry, recordCopy, type WatchedSource } from './execute-knowledge.ts';
import { type Commitment, commit } from './execute-remote.ts';
import { agreedNode, type Execution, localPath, postpone, report } from './execution.ts';
import {
  BUSY_PAUSE_MS_MAX,
  FILE_TRIES_MAX,
  FRESH_FILE_BYTES,
  FRESH_FILE_MS,
  UPLOAD_SLICE_BYTES,
  UPLOAD_SLICE_FILES,
} from './limits.ts';
import { newNodeId } from './new-node-id.ts';
import type { SentContent } from './ports.ts';
import type { UploadStep } from './steps.ts';
import { type LocalNode, type RemoteNode, sameContent, sameState } from './trees.ts';
import { writeDown } from './write-down.ts';

interface Upload {
  readonly step: UploadStep;
  readonly file: LocalNode;
  readonly path: string;
  readonly source: WatchedSource;
}

/** Sends contents and commits them, slice by slice, so that what was sent is published soon. */
export async function executeUploads(execution: Execution, steps: readonly UploadStep[]): Promise<void> {
  let slice: Upload[] = [];
  let bytes = 0;
  for (const step of steps) {
    const upload = openUpload(execution, step);
    if (upload === undefined) continue;
    if (execution.isStopping()) return;
    if (slice.length === UPLOAD_SLICE_FILES || bytes + upload.source.size > UPLOAD_SLICE_BYTES) {
      await sendSlice(execution, slice);
      slice = [];
      bytes = 0;
    }
    slice.push(upload);
    bytes += upload.source.size;
  }
  await sendSlice(execution, slice);
}

function openUpload(execution: Execution, step: UploadStep): Upload | undefined {
  const file = execution.local.tree.get(step.nodeId);
  const path = localPath(execution, step.nodeId);
  if (file === undefined || path === undefined || execution.failed.has(file.parentId)) return undefined;
  const tries = execution.tries.get(path);
  const now = execution.ports.clock.now();
  // A clock that was put back does not make the pause longer.
  const pauseMs = tries === undefined ? 0 : tries.notBefore - now;
  if (tries !== undefined && tries.count >= FILE_TRIES_MAX && pauseMs > 0 && pauseMs <= BUSY_PAUSE_MS_MAX) {
    report(execution, { path, reason: 'busy' });
    postpone(execution, tries.notBefore);
    return undefined;
  }
  if (execution.sparesFreshFiles && isFresh(file, now)) {
    postpone(execution, epochMs(now + FRESH_FILE_MS));
    return undefined;
  }
  return { step, file, path, source: contentSource(execution, { path, file }) };
}

/** A large file that was written a moment ago is often still being written; reading it now would be for nothing. */
function isFresh({ entry: { identity } }: LocalNode, now: number): boolean {
  return identity.size > FRESH_FILE_BYTES && Math.abs(now - Number(identity.mtimeNs / 1_000_000n)) < FRESH_FILE_MS;
}

async function sendSlice(execution: Execution, slice: readonly Upload[]): Promise<void> {
  if (slice.length === 0) return;
  await awaitTick(
    execution,
    slice.map((upload) => upload.file),
  );
  const outcomes = await execution.ports.remote.send(slice.map((upload) => upload.source));
  const commitments: (Commitment & { readonly unconfirmed: number })[] = [];
  for (const [index, upload] of slice.entries()) {
    const outcome = outcomes[index];
    assert(outcome !== undefined, 'every source has its outcome');
    const commitment = await settleOutcome(execution, upload, outcome);
    if (commitment !== undefined) commitments.push(commitment);
  }
  for (const batch of packConfirmed(commitments)) await commit(execution, batch);
  execution.problems.push(...(await writeDown(execution)));
}

async function settleOutcome(
  execution: Execution,
  upload: Upload,
  outcome: SentContent,
): Promise<(Commitment & { readonly unconfirmed: number }) | undefined> {
  const { path, file } = upload;
  switch (outcome.kind) {
    case 'sent': {
      const now = await execution.ports.files.look(path);
      if (now === undefined || !sameState(now.identity, file.entry.identity)) {
        countTry(execution, path);
        return undefined;
      }
      if (isAgreedContent(execution, upload, outcome)) return undefined;
      return { ...putCommitment(execution, upload, outcome), unconfirmed: outcome.unconfirmed };
    }
    case 'changed':
    case 'unreadable':
      if (outcome.kind === 'unreadable' || upload.source.failure() === 'unreadable') {
        report(execution, { path, reason: 'unreadable' });
      } else countTry(execution, path);
      return undefined;
    case 'refused':
      report(execution, {
        path,
        reason: 'refused',
        detail: outcome.problem.detail,
        requestId: outcome.problem.requestId,
      });
      return undefined;
  }
}

/** A file that was only touched: its bytes are those that both sides have. */
function isAgreedContent(
  { trees }: Execution,
  { step, file }: Upload,
  sent: Extract<SentContent, { readonly kind: 'sent' }>,
): boolean {
  const agreed = trees.synced.get(step.nodeId);
  const content = { contentHash: sent.contentHash, executable: file.executable };
  if (agreed === undefined || step.mode === 'new' || !sameContent(content, agreed)) return false;
  trees.setSynced({ ...agreed, identity: file.entry.identity });
  return true;
}

function putCommitment(
  execution: Execution,
  upload: Upload,
  sent: Extract<SentContent, { readonly kind: 'sent' }>,
): Commitment {
  const { ports, trees } = execution;
  const { step, file } = upload;
  const lamport = Math.max(trees.position.lamport, trees.position.seq) + 1;
  trees.setPosition({ ...trees.position, lamport });
  return {
    nodeId: step.nodeId,
    operation: {
      type: 'put',
      namespaceId: ports.remote.namespaceId,
      parentId: file.parentId,
      name: file.name,
      ...baseOf(execution, step),
      uploadId: sent.uploadId,
      executable: file.executable,
      clientModifiedAt: formatInstant(epochMs(roundToMs(file.entry.identity.mtimeNs))),
      clock: lamport,
      onConflict: step.vacated ? 'fail' : strategyOf(execution, step),
    },
    onCommitted: (result, node) => {
      execution.tries.delete(upload.path);
      recordUpload(execution, { step, file, sent }, node);
      if (result.conflict !== undefined) {
        execution.counts.conflicts += 1;
        execution.isOvertaken = true;
      }
      execution.counts.uploaded += 1;
    },
  };
}

/**
 * An edit is based on the content that the plan saw at the service, a conflict on the one that was agreed on: so a content that
 * came between is told apart by the service, whatever this device has learned of the node since.
 */
function baseOf(
  { trees, ports }: Execution,
  step: UploadStep,
): { readonly nodeId?: NodeId; readonly newNodeId?: NodeId; readonly baseRev: number } {
  if (step.mode === 'new') return { newNodeId: step.nodeId, baseRev: 0 };
  const there = trees.remote.get(step.nodeId);
  const agreed = trees.synced.get(step.nodeId);
  if (there === undefined || agreed === undefined) return { newNodeId: newNodeId(ports.random), baseRev: 0 };
  const isSeen = step.mode === 'edit' && sameContent(there, agreed);
  return { nodeId: step.nodeId, baseRev: isSeen ? there.contentRev : agreed.contentRev };
}

function strategyOf(execution: Execution, step: UploadStep): ConflictStrategy {
  return step.onConflict ?? execution.onConflict;
}

function recordUpload(
  execution: Execution,
  upload: {
    readonly step: UploadStep;
    readonly file: LocalNode;
    readonly sent: Extract<SentContent, { readonly kind: 'sent' }>;
  },
  node: RemoteNode,
): void {
  const { trees } = execution;
  const { contentHash } = upload.sent;
  const isOurs = node.contentHash === contentHash;
  const strategy = strategyOf(execution, upload.step);
  const mayLose = strategy === 'keep_theirs' || strategy === 'last_write_wins';
  // An answer with other bytes, where none were to lose, agrees on nothing; the next plan compares.
  if (!isOurs && !mayLose) return;
  if (node.nodeId !== upload.step.nodeId) recordCopy(execution, upload.step.nodeId, node);
  else trees.setSynced(agreedNode(node, upload.file));
  if (isOurs) return;
  // Another content stands, and ours is a losing revision: the disk has nothing that is not kept, so the other one is fetched.
  const agreed = trees.synced.get(node.nodeId);
  if (agreed !== undefined) trees.setSynced({ ...agreed, contentHash, executable: upload.file.executable });
}

/** Nearest millisecond: a time that was set in seconds with a fraction is a little less than it says. */
function roundToMs(ns: bigint): number {
  return Number((ns + 500_000n) / 1_000_000n);
}

/** Fills requests up to the number of chunks that one commit may confirm. */
function packConfirmed<T extends { readonly unconfirmed: number }>(items: readonly T[]): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let room = 0;
  for (const item of items) {
    if (item.unconfirmed > room || batches.length === 0) {
      batches.push([]);
      room = COMMIT_CONFIRM_CHUNKS_MAX;
    }
    batches.at(-1)?.push(item);
    room -= item.unconfirmed;
  }
  return batches;
}
