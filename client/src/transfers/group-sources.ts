import { UPLOAD_FILES_MAX } from '@syncline/protocol';
import { GROUP_BYTES_MAX } from './limits.ts';
import type { UploadSource } from './upload-files.ts';

/** A source with its place in the caller's list. */
export interface IndexedSource {
  readonly index: number;
  readonly source: UploadSource;
}

/**
 * Cuts sources into groups that one upload initiation takes: of one namespace, so that a refusal concerns them all; few enough
 * files; and few enough bytes that a group is sent soon after it was read. A large file is a group of its own, as is a
 * file that resumes an earlier upload.
 */
export function groupSources(sources: readonly UploadSource[]): readonly (readonly IndexedSource[])[] {
  const groups: IndexedSource[][] = [];
  const open = new Map<string, { readonly members: IndexedSource[]; bytes: number }>();
  sources.forEach((source, index) => {
    const group = open.get(source.namespaceId);
    const alone = source.resume !== undefined || source.size > GROUP_BYTES_MAX;
    if (alone) {
      groups.push([{ index, source }]);
    } else if (
      group === undefined ||
      group.members.length >= UPLOAD_FILES_MAX ||
      group.bytes + source.size > GROUP_BYTES_MAX
    ) {
      const members = [{ index, source }];
      groups.push(members);
      open.set(source.namespaceId, { members, bytes: source.size });
    } else {
      group.members.push({ index, source });
      group.bytes += source.size;
    }
  });
  return groups;
}
