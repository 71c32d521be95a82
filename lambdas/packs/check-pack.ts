import {
  type ChunkHash,
  type FieldDefect,
  manifestSize,
  PACK_OPENED_BYTES_MAX,
  type Pack,
  storedLength,
} from '@syncline/protocol';
import type * as z from 'zod/mini';
import { refusedFor } from '../runtime/decode-request.ts';
import { type Refused, refused } from '../runtime/outcome.ts';

/** All that can be known to be wrong from the description of a pack alone. */
export function checkPack({ size, members }: Pack): Refused | undefined {
  const defects: z.infer<typeof FieldDefect>[] = [];
  if (members.reduce((sum, member) => sum + storedLength(member), 0) !== size) {
    defects.push({ path: 'body.size', message: 'must be the sum of the sizes that the members are stored in' });
  }
  const named = new Set<ChunkHash>();
  members.forEach(({ hash, size: opened, stored }, index) => {
    if (stored !== undefined && stored.size >= opened) {
      defects.push({ path: `body.members.${index}.stored.size`, message: 'must be less than the size of the chunk' });
    }
    if (named.has(hash)) defects.push({ path: `body.members.${index}.hash`, message: 'must stand once' });
    named.add(hash);
  });
  if (defects.length > 0) return refusedFor(defects);
  if (manifestSize(members) <= PACK_OPENED_BYTES_MAX) return undefined;
  const detail = `the chunks of a pack have at most ${PACK_OPENED_BYTES_MAX} bytes together`;
  return refused('too_large', detail, { limit: 'PACK_OPENED_BYTES_MAX', max: PACK_OPENED_BYTES_MAX });
}
