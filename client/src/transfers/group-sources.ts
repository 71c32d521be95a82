import { PACK_MEMBER_BYTES_MAX, UPLOAD_FILES_MAX } from '@syncline/protocol';
import { GROUP_BYTES_MAX, SMALL_GROUP_BYTES_MAX } from './limits.ts';
import type { UploadSource } from './upload-files.ts';

/** A source with its place in the caller's list. */
export interface IndexedSource {
  readonly index: number;
  readonly source: UploadSource;
}

/** Sources that one upload initiation takes, with the sum of their sizes. */
export interface SourceGroup {
  readonly members: readonly IndexedSource[];
  readonly bytes: number;
}

export interface SourceGroups {
  /** Of files that are one chunk which fits into a pack, or empty. */
  readonly small: readonly SourceGroup[];
  readonly large: readonly SourceGroup[];
}

/**
 * Cuts sources into groups that one upload initiation takes: of one namespace, so that a refusal concerns them all; few enough
 * files; and few enough bytes that a group is sent soon after it was read. Small files wait for nothing larger. A large file is a
 * group of its own, as is a file that resumes an earlier upload.
 */
export function groupSources(sources: readonly UploadSource[]): SourceGroups {
  const small = new Grouping(SMALL_GROUP_BYTES_MAX);
  const large = new Grouping(GROUP_BYTES_MAX);
  sources.forEach((source, index) => {
    const isSmall = source.size <= PACK_MEMBER_BYTES_MAX && source.resume === undefined;
    (isSmall ? small : large).add({ index, source });
  });
  return { small: small.groups, large: large.groups };
}

interface OpenGroup {
  readonly members: IndexedSource[];
  bytes: number;
}

class Grouping {
  readonly groups: OpenGroup[] = [];
  readonly #bytesMax: number;
  readonly #open = new Map<string, OpenGroup>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(member: IndexedSource): void {
    const { namespaceId, size, resume } = member.source;
    const isAlone = resume !== undefined || size > this.#bytesMax;
    const group = isAlone ? undefined : this.#open.get(namespaceId);
    if (group !== undefined && group.members.length < UPLOAD_FILES_MAX && group.bytes + size <= this.#bytesMax) {
      group.members.push(member);
      group.bytes += size;
      return;
    }
    const opened = { members: [member], bytes: size };
    this.groups.push(opened);
    if (!isAlone) this.#open.set(namespaceId, opened);
  }
}
