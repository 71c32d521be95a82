import { epochMs, formatInstant, Instant } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { Conflict } from '../engine/conflicts.ts';

/** A conflict that a person has to settle, as plain data. Paths are relative to the synced folder. */
export const PlainConflict = z.object({
  conflictId: z.string(),
  kind: z.enum(['copy', 'unsettled']),
  path: z.string(),
  copyPath: z.optional(z.string()),
  deviceName: z.optional(z.string()),
  at: z.optional(Instant),
});
export type PlainConflict = z.infer<typeof PlainConflict>;

export function plainConflict({ conflictId, kind, path, copyPath, deviceName, at }: Conflict): PlainConflict {
  return {
    conflictId,
    kind,
    path,
    ...(copyPath === undefined ? {} : { copyPath }),
    ...(deviceName === undefined ? {} : { deviceName }),
    ...(at === undefined ? {} : { at: formatInstant(epochMs(at.getTime())) }),
  };
}
