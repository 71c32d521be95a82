import { type ConflictStrategy, epochMs, formatInstant, type NodeId } from '@syncline/protocol';
import { countTry, recordCopy } from './execute-knowledge.ts';
import { type Commitment, commitInTurn } from './execute-remote.ts';
import { agreedNode, type Execution, noteRefusal, report } from './execution.ts';
import { holdBack } from './hold-back.ts';
import { type SentFile, stateKey } from './large-transfers.ts';
import type { FolderAddress } from './mounts.ts';
import { newNodeId } from './new-node-id.ts';
import { samePlace } from './node-tree.ts';
import { packCommitsInTurn } from './pack-commits.ts';
import type { SentContent } from './ports.ts';
import type { UploadStep } from './steps.ts';
import { type LocalNode, type RemoteNode, type SyncedNode, sameContent, sameState } from './trees.ts';
import { writeDown } from './write-down.ts';

/** A file to send, in the state that the plan saw, and the folder that it is sent into. */
export interface Upload extends FolderAddress {
  readonly step: UploadStep;
  readonly file: LocalNode;
  readonly path: string;
}

export type SentUpload = SentFile & { readonly upload: Upload };

/** Commits contents that were sent, and writes down what was agreed on, also where a later request fails. */
export async function settleUploads(execution: Execution, uploads: readonly SentUpload[]): Promise<void> {
  const settling = new Settling(execution);
  try {
    await settling.commit(uploads);
  } finally {
    await settling.writeDown();
  }
}

/**
 * Commits contents that were sent, each only if its file is still in the state that was sent, and writes down what was agreed on by many
 * requests together: a transaction for each would write the same pages of the database over and over.
 *
 * The service has a request of ours at any time: while it works on one, the files of the next are looked at, and what was agreed on before is
 * written down.
 */
export class Settling {
  readonly #execution: Execution;
  #isOwing = false;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  /** What an earlier call agreed on is written down meanwhile; what this one does, by a later call of `writeDown`. */
  async commit(uploads: readonly SentUpload[]): Promise<void> {
    const requests = packCommitsInTurn(commitmentsOf(this.#execution, uploads));
    try {
      await commitInTurn(this.#execution, requests, () => this.writeDown());
    } finally {
      this.#isOwing = true;
    }
  }

  /** Writes down what was agreed on and is not written down yet. */
  async writeDown(): Promise<void> {
    if (!this.#isOwing) return;
    this.#isOwing = false;
    this.#execution.problems.push(...(await writeDown(this.#execution)));
  }
}

type ConfirmedCommitment = Commitment & { readonly unconfirmed: number };

async function* commitmentsOf(
  execution: Execution,
  uploads: readonly SentUpload[],
): AsyncGenerator<ConfirmedCommitment, undefined> {
  for (const { upload, ...sent } of uploads) {
    const commitment = await settleUpload(execution, upload, sent);
    if (commitment !== undefined) yield commitment;
  }
}

async function settleUpload(
  execution: Execution,
  upload: Upload,
  { sent: outcome, namespaceId, failure }: SentFile,
): Promise<ConfirmedCommitment | undefined> {
  const { path, file } = upload;
  switch (outcome.kind) {
    case 'sent': {
      if (!isStillNode(execution, upload)) return undefined;
      const now = await execution.ports.files.look(path);
      if (now === undefined || !sameState(now.identity, file.entry.identity)) {
        countTry(execution, path);
        return undefined;
      }
      if (isAgreedContent(execution, upload, outcome)) return undefined;
      // Its folder went across a mount: what was sent serves another namespace, and is asked for there by the next plan.
      if (namespaceId !== upload.namespaceId) {
        execution.isOvertaken = true;
        return undefined;
      }
      return { ...putCommitment(execution, upload, outcome), unconfirmed: outcome.unconfirmed };
    }
    case 'changed':
    case 'unreadable':
      if (outcome.kind === 'unreadable' || failure === 'unreadable') {
        report(execution, { path, reason: 'unreadable' });
      } else countTry(execution, path);
      return undefined;
    case 'held-back': {
      const key = stateKey(file.entry.identity);
      holdBack(execution, { nodeId: upload.step.nodeId, path, key }, outcome);
      return undefined;
    }
    case 'refused':
      noteRefusal(execution, outcome.problem);
      report(execution, {
        path,
        reason: 'refused',
        detail: outcome.problem.detail,
        requestId: outcome.problem.requestId,
      });
      return undefined;
  }
}

/**
 * Whether the node of a step is still the file that was sent for it. An answer of the service may have given its id to another file,
 * which the step says nothing about.
 */
export function isStillNode({ local }: Execution, { step, file }: Pick<Upload, 'step' | 'file'>): boolean {
  const here = local.tree.get(step.nodeId);
  return here !== undefined && sameState(here.entry.identity, file.entry.identity);
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
  const { trees } = execution;
  const { step, file, namespaceId, folderId } = upload;
  const lamport = Math.max(trees.position.lamport, trees.seqOf(namespaceId)) + 1;
  trees.setPosition({ ...trees.position, lamport });
  return {
    nodeId: step.nodeId,
    // Of a conflict the service makes another node.
    asked: step.mode === 'conflict' ? undefined : { ...file, contentHash: sent.contentHash },
    operation: {
      type: 'put',
      namespaceId,
      parentId: folderId,
      name: file.name,
      ...baseOf(execution, step),
      ...sent.stored,
      executable: file.executable,
      clientModifiedAt: formatInstant(epochMs(roundToMs(file.entry.identity.mtimeNs))),
      clock: lamport,
      onConflict: step.vacated ? 'fail' : strategyOf(execution, step),
    },
    onCommitted: (result, node) => {
      execution.tries.delete(upload.path);
      // As when the answer is lost: the next plan finds at the service what was sent.
      if (isStillNode(execution, upload)) recordUpload(execution, { step, file, sent }, node);
      if (result.conflict !== undefined) {
        const { conflictName = file.name } = result.conflict;
        if (conflictName === file.name) execution.counts.settledConflicts += 1;
        else execution.counts.conflicts += 1;
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
  else trees.setSynced(agreedContent(execution, node, upload.file));
  if (isOurs) return;
  // Another content stands, and ours is a losing revision: the disk has nothing that is not kept, so the other one is fetched.
  const agreed = trees.synced.get(node.nodeId);
  if (agreed !== undefined) trees.setSynced({ ...agreed, contentHash, executable: upload.file.executable });
}

/** Sending agrees on a content; where the two sides have the file at different places, what was agreed about these stays so. */
export function agreedContent({ trees }: Pick<Execution, 'trees'>, node: RemoteNode, file: LocalNode): SyncedNode {
  const agreed = agreedNode(node, file);
  const before = trees.synced.get(node.nodeId);
  if (before === undefined || samePlace(node, file)) return agreed;
  return { ...agreed, parentId: before.parentId, name: before.name, localName: before.localName };
}

/** Nearest millisecond: a time that was set in seconds with a fraction is a little less than it says. */
function roundToMs(ns: bigint): number {
  return Number((ns + 500_000n) / 1_000_000n);
}
