import { assert, epochMs } from '@syncline/protocol';
import { awaitTick, contentSource } from './execute-knowledge.ts';
import { type Execution, localPath, postpone, report, writableAddress } from './execution.ts';
import { isResting } from './hold-back.ts';
import { stateKey } from './large-transfers.ts';
import {
  BUSY_PAUSE_MS_MAX,
  FILE_TRIES_MAX,
  FRESH_FILE_BYTES,
  FRESH_FILE_MS,
  REWRITTEN_FILE_MS,
  REWRITTEN_QUIET_MS,
  UPLOAD_SLICES_MAX,
} from './limits.ts';
import type { AddressedSource } from './ports.ts';
import { runInStages } from './run-in-stages.ts';
import { isStillNode, type SentUpload, Settling, settleUploads, type Upload } from './settle-upload.ts';
import { sliceIsFull } from './slice-is-full.ts';
import type { UploadStep } from './steps.ts';
import { takeTransfer } from './take-transfer.ts';
import { TransferQueue } from './transfer-queue.ts';
import type { LocalIdentity } from './trees.ts';

/**
 * Sends contents and commits them: small files slice by slice, so that while one is committed the next ones are read and sent; large
 * ones beside this round and later ones, each committed by the first round that finds it sent.
 */
export async function executeUploads(execution: Execution, steps: readonly UploadStep[]): Promise<void> {
  const [small, large] = divide(execution, steps);
  const queue = queueOf(execution, small);
  const settling = new Settling(execution);
  try {
    await runInStages(
      {
        itemsMax: UPLOAD_SLICES_MAX,
        prepare: (slice: readonly Upload[]) => sendSlice(execution, slice),
        complete: (sent) => settling.commit(sent),
      },
      sliceSource(execution, queue),
    );
  } finally {
    await settling.writeDown();
  }
  for (const { nodeId } of queue.rest) execution.left.add(nodeId);
  await executeLargeUploads(execution, large);
}

/** Commits what large transfers have sent, and begins others where there is room. What goes on, or waits, is in `left` then. */
export async function executeLargeUploads(execution: Execution, steps: readonly UploadStep[]): Promise<void> {
  if (steps.length === 0) return;
  const sent: SentUpload[] = [];
  const waiting: UploadStep[] = [];
  for (const step of steps) {
    execution.left.delete(step.nodeId);
    const upload = uploadOf(execution, step);
    if (upload === undefined) continue;
    const { uploads } = execution.transfers;
    const key = stateKey(upload.file.entry.identity);
    uploads.standsAt(key, upload.path);
    const taken = takeTransfer(execution, uploads, { nodeId: step.nodeId, key });
    if (taken === 'none') waiting.push(step);
    else if (taken !== 'left') sent.push({ ...taken.value, upload });
  }
  const queue = queueOf(execution, waiting);
  const { pace } = execution;
  for (let step = queue.take(pace); step !== undefined; step = queue.take(pace)) {
    beginUpload(execution, step);
  }
  if (sent.length > 0) await settleUploads(execution, sent);
}

function divide(
  { local, largeFileBytes }: Execution,
  steps: readonly UploadStep[],
): readonly [small: readonly UploadStep[], large: readonly UploadStep[]] {
  const small: UploadStep[] = [];
  const large: UploadStep[] = [];
  for (const step of steps) {
    const size = local.tree.get(step.nodeId)?.entry.identity.size ?? 0;
    (size > largeFileBytes ? large : small).push(step);
  }
  return [small, large];
}

function queueOf({ local }: Execution, steps: readonly UploadStep[]): TransferQueue<UploadStep> {
  return new TransferQueue(
    steps.flatMap((item) => {
      const file = local.tree.get(item.nodeId);
      if (file === undefined) return [];
      const { size, ctimeNs } = file.entry.identity;
      const changedAt = Number(ctimeNs / 1_000_000n);
      return [{ item, bytes: size, changedAt, folder: file.parentId, name: file.name }];
    }),
  );
}

function beginUpload(execution: Execution, step: UploadStep): void {
  const { ports, transfers, left } = execution;
  if (execution.isStopping()) return;
  const upload = openUpload(execution, step);
  if (upload === undefined || rests(execution, upload)) return;
  const { file, path, namespaceId } = upload;
  const base = formerContent(execution, upload);
  const { identity } = file.entry;
  const key = stateKey(identity);
  if (!transfers.uploads.hasRoom(identity.size) || transfers.uploads.has(key)) left.add(step.nodeId);
  else {
    left.add(step.nodeId);
    transfers.uploads.begin({
      key,
      path,
      bytes: identity.size,
      run: async (ground) => {
        await awaitTick(ports, [file]);
        const source = contentSource(ports, { identity, ...ground });
        const [sent] = await ports.remote.send([{ ...source, namespaceId, base }]);
        assert(sent !== undefined, 'every source has its outcome');
        // As a failure of anything else, which is soon tried again.
        if (sent.kind === 'held-back' && sent.scope !== 'chunk') throw sent.failure;
        return { sent, namespaceId, failure: source.failure() };
      },
    });
  }
}

/** Fills slices until the queue is at its end, or something newer is to get its turn. */
function sliceSource(execution: Execution, queue: TransferQueue<UploadStep>): () => readonly Upload[] | undefined {
  let slices = 0;
  return () => {
    if (execution.isStopping() || execution.storeFailure !== undefined) return undefined;
    if (slices > 0 && execution.givesWay()) return undefined;
    slices += 1;
    const { pace } = execution;
    const slice: Upload[] = [];
    let bytes = 0;
    for (let next = queue.peek(pace); next !== undefined; next = queue.peek(pace)) {
      if (sliceIsFull({ files: slice.length, bytes }, next.bytes, pace.sliceBytes)) break;
      queue.take(pace);
      const upload = openUpload(execution, next.item);
      if (upload === undefined || rests(execution, upload)) continue;
      slice.push(upload);
      bytes += next.bytes;
    }
    return slice.length === 0 ? undefined : slice.toSorted(byFolder);
  };
}

function rests(execution: Execution, { step, file, path }: Upload): boolean {
  return isResting(execution, { nodeId: step.nodeId, path }, () => stateKey(file.entry.identity));
}

/** Whether a folder is where its path says is looked at once for all files of it that are read in one go. */
function byFolder(a: Upload, b: Upload): number {
  if (a.file.parentId === b.file.parentId) return 0;
  return a.file.parentId < b.file.parentId ? -1 : 1;
}

/** What both sides had agreed on for a file that is sent again. Should it be in another namespace by now, the service knows nothing of it. */
function formerContent({ trees }: Execution, { step }: Upload): AddressedSource['base'] {
  const agreed = step.mode === 'new' ? undefined : trees.synced.get(step.nodeId);
  if (agreed?.contentHash === undefined) return undefined;
  return { nodeId: step.nodeId, rev: agreed.contentRev, size: agreed.size };
}

function uploadOf(execution: Execution, step: UploadStep): Upload | undefined {
  const file = execution.local.tree.get(step.nodeId);
  const path = localPath(execution, step.nodeId);
  const planned = execution.toSend.get(step.nodeId);
  if (file === undefined || path === undefined || execution.failed.has(file.parentId)) return undefined;
  const address = writableAddress(execution, file.parentId);
  if (address === undefined || planned === undefined) return undefined;
  if (!isStillNode(execution, { step, file: planned })) return undefined;
  return { step, file, path, ...address };
}

function openUpload(execution: Execution, step: UploadStep): Upload | undefined {
  const upload = uploadOf(execution, step);
  if (upload === undefined) return undefined;
  const { path } = upload;
  const tries = execution.tries.get(path);
  const now = execution.ports.clock.now();
  // A clock that was put back does not make the pause longer.
  const pauseMs = tries === undefined ? 0 : tries.notBefore - now;
  if (tries !== undefined && tries.count >= FILE_TRIES_MAX && pauseMs > 0 && pauseMs <= BUSY_PAUSE_MS_MAX) {
    report(execution, { path, reason: 'busy' });
    postpone(execution, step.nodeId, tries.notBefore);
    return undefined;
  }
  const spareMs = execution.sparesFreshFiles ? spareTime(execution, upload, now) : 0;
  if (spareMs === 0) return upload;
  postpone(execution, step.nodeId, epochMs(now + spareMs));
  return undefined;
}

/**
 * How long a file is to be left alone. A large one that was written a moment ago is often still being written, and reading it would be
 * for nothing; one that is written again and again is not sent with every write.
 */
function spareTime({ trees }: Execution, { step, file }: Upload, now: number): number {
  const { identity } = file.entry;
  const ageMs = Math.abs(now - writtenAtMs(identity));
  if (identity.size > FRESH_FILE_BYTES && ageMs < FRESH_FILE_MS) return FRESH_FILE_MS;
  const agreed = trees.synced.get(step.nodeId);
  if (agreed === undefined || ageMs >= REWRITTEN_QUIET_MS) return 0;
  const isRewritten = Math.abs(writtenAtMs(identity) - writtenAtMs(agreed.identity)) < REWRITTEN_FILE_MS;
  return isRewritten ? REWRITTEN_QUIET_MS - ageMs : 0;
}

function writtenAtMs({ mtimeNs }: LocalIdentity): number {
  return Number(mtimeNs / 1_000_000n);
}

async function sendSlice(execution: Execution, slice: readonly Upload[]): Promise<readonly SentUpload[]> {
  const { ports, pace } = execution;
  await awaitTick(
    ports,
    slice.map((upload) => upload.file),
  );
  const sources = slice.map((upload) => ({
    ...contentSource(ports, { identity: upload.file.entry.identity, path: () => upload.path }),
    namespaceId: upload.namespaceId,
    base: formerContent(execution, upload),
  }));
  const begun = ports.clock.now();
  const outcomes = await ports.remote.send(sources);
  const bytes = sources.reduce((sum, source) => sum + source.size, 0);
  pace.noteSlice({ bytes, ms: ports.clock.now() - begun });
  return slice.map((upload, index) => {
    const sent = outcomes[index];
    assert(sent !== undefined, 'every source has its outcome');
    return { upload, sent, namespaceId: upload.namespaceId, failure: sources[index]?.failure() };
  });
}
