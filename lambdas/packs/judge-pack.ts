import { type ChunkHash, type PackMember, storedLength } from '@syncline/protocol';
import { PACK_ALIVE_PART_MIN } from './limits.ts';

/** `rewrite`: worth a copy of what is alive. `drop`: nothing lies in it any more. */
export type PackVerdict = 'keep' | 'rewrite' | 'drop';

/** What should become of a pack, by the stored bytes of those of its members that are alive in it. */
export function judgePack(members: readonly PackMember[], alive: ReadonlySet<ChunkHash>): PackVerdict {
  let packBytes = 0;
  let aliveBytes = 0;
  for (const member of members) {
    const bytes = storedLength(member);
    packBytes += bytes;
    if (alive.has(member.hash)) aliveBytes += bytes;
  }
  if (aliveBytes === 0) return 'drop';
  return aliveBytes < packBytes * PACK_ALIVE_PART_MIN ? 'rewrite' : 'keep';
}
