import { PACK_BYTES_MAX } from '@syncline/protocol';
import type { SourceGroup } from './group-sources.ts';
import {
  PACK_FILES_MIN,
  SMALL_GROUP_BYTES_MAX,
  SMALL_GROUPS_MAX,
  SMALL_GROUPS_OPEN_MAX,
  SMALL_OPEN_BYTES_MAX,
} from './limits.ts';
import { PackBuilder } from './pack-builder.ts';
import { packContents } from './pack-contents.ts';
import { runBounded } from './run-bounded.ts';
import { TransferGate } from './transfer-gate.ts';
import { openFiles, type ReadFile, readFiles, storeFiles, type UploadCall } from './upload-group.ts';

/**
 * Uploads groups of small files. Where there are many, their chunks travel in packs that are filled from all groups: so a group waits
 * for its packs while the next groups are read.
 *
 * Memory: SMALL_OPEN_BYTES_MAX of files that are read and not stored yet.
 */
export async function uploadSmallGroups(call: UploadCall, groups: readonly SourceGroup[]): Promise<void> {
  const packs = usesPacks(groups, call.packFilesMin ?? PACK_FILES_MIN)
    ? new PackBuilder(call, groups.length)
    : undefined;
  const open = new TransferGate({ tasksMax: SMALL_GROUPS_OPEN_MAX, bytesMax: SMALL_OPEN_BYTES_MAX });
  const turn = call.reading ?? new TransferGate({ tasksMax: 1, bytesMax: 0 });
  const reading = new TransferGate({ tasksMax: SMALL_GROUPS_MAX, bytesMax: 0 });
  const opening = new TransferGate({ tasksMax: SMALL_GROUPS_MAX, bytesMax: 0 });
  const lane: SmallLane = { call: { ...call, packs }, turn, reading, opening };
  await runBounded(groups.length, groups, (group) => open.run(group.bytes, () => uploadSmallGroup(lane, group)));
}

interface SmallLane {
  readonly call: UploadCall;
  /** Lets one group at a time be read of those whose files are read at once, one after the other all the same. */
  readonly turn: TransferGate;
  /** Bounds the groups whose files are waited for, … */
  readonly reading: TransferGate;
  /** … and those that are being opened. */
  readonly opening: TransferGate;
}

async function uploadSmallGroup(lane: SmallLane, group: SourceGroup): Promise<void> {
  const { call } = lane;
  call.signal.throwIfAborted();
  call.packs?.groupBegins();
  try {
    const files = await readInTurn(lane, group);
    const left = await packOrOpen(lane, files);
    // Their packs are over, and they would not share others. Of many files, asking for each what its former content has of it would take longer.
    if (left.length > 0) await openAndStore({ ...lane, call: { ...call, packs: undefined, patches: false } }, left);
  } catch (failure) {
    call.fail(failure);
    throw failure;
  }
}

/** Of many groups one after the other, answers of the service are taken between them: it would have nothing to do until all are read. */
function readInTurn({ call, turn, reading }: SmallLane, group: SourceGroup): Promise<readonly ReadFile[]> {
  const read = () => readFiles(call, group, SMALL_GROUP_BYTES_MAX);
  const isReadAtOnce = group.members.some(({ source }) => source.readNow !== undefined);
  if (call.packs === undefined || !isReadAtOnce) return reading.run(0, read);
  return turn.run(0, async () => {
    const files = await read();
    await call.clock.sleep(0, call.signal);
    return files;
  });
}

/** Stores files by packs alone, or in upload sessions, whose chunks may travel in packs too. Answers what packs alone have not stored. */
async function packOrOpen(lane: SmallLane, files: readonly ReadFile[]): Promise<readonly ReadFile[]> {
  const { call } = lane;
  if (call.packs === undefined || !call.tellsContents) {
    await openAndStore(lane, files);
    return [];
  }
  const packing = packContents(call, call.packs, files);
  call.packs.groupEnds();
  return packing;
}

/** What is for packs is added to them before this waits for the store, and the group has brought all then. */
async function openAndStore({ call, opening }: SmallLane, files: readonly ReadFile[]): Promise<void> {
  const opened = files.length === 0 ? [] : await opening.run(0, () => openFiles(call, files));
  const stored = storeFiles(call, opened);
  call.packs?.groupEnds();
  await stored;
}

/** Whether enough files would share each pack. Empty ones need none. */
function usesPacks(groups: readonly SourceGroup[], filesMin: number): boolean {
  let files = 0;
  let bytes = 0;
  for (const group of groups) {
    files += group.members.filter(({ source }) => source.size > 0).length;
    bytes += group.bytes;
  }
  return files >= filesMin * Math.max(1, bytes / PACK_BYTES_MAX);
}
