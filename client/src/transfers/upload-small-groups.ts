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
import { runBounded } from './run-bounded.ts';
import { TransferGate } from './transfer-gate.ts';
import { openGroup, storeFiles, type UploadCall } from './upload-group.ts';

/**
 * Uploads groups of small files. Where there are many, their chunks travel in packs that are filled from all groups: so a group waits
 * for its packs while the next groups are read and opened.
 *
 * Memory: SMALL_OPEN_BYTES_MAX of files that are read and not stored yet.
 */
export async function uploadSmallGroups(call: UploadCall, groups: readonly SourceGroup[]): Promise<void> {
  const packs = usesPacks(groups, call.packFilesMin ?? PACK_FILES_MIN)
    ? new PackBuilder(call, groups.length)
    : undefined;
  const open = new TransferGate({ tasksMax: SMALL_GROUPS_OPEN_MAX, bytesMax: SMALL_OPEN_BYTES_MAX });
  const opening = new TransferGate({ tasksMax: SMALL_GROUPS_MAX, bytesMax: SMALL_OPEN_BYTES_MAX });
  const ofSmall = { ...call, packs };
  await runBounded(groups.length, groups, (group) =>
    open.run(group.bytes, async () => {
      call.signal.throwIfAborted();
      packs?.groupBegins();
      const files = await opening.run(0, () => openGroup(ofSmall, group, SMALL_GROUP_BYTES_MAX));
      const stored = storeFiles(ofSmall, files);
      packs?.groupEnds();
      await stored;
    }),
  );
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
