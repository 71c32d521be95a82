import type { ChunkHash, PackMember } from '@syncline/protocol';
import { PACK_ALIVE_PART_MIN } from './limits.ts';

/** `rewrite`: worth a copy of what is alive. `drop`: nothing lies in it any more. */
export type PackVerdict = 'keep' | 'rewrite' | 'drop';

/** What should become of a pack, by the bytes of those of its members that are alive in it. */
export function judgePack(members: readonly PackMember[], alive: ReadonlySet<ChunkHash>): PackVerdict {
  let packBytes = 0;
  let aliveBytes = 0;
  for (const { hash, size } of members) {
    packBytes += size;
    if (alive.has(hash)) aliveBytes += size;
  }
  if (aliveBytes === 0) return 'drop';
  return aliveBytes < packBytes * PACK_ALIVE_PART_MIN ? 'rewrite' : 'keep';
}
