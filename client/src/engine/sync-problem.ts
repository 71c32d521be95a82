import { FILE_BYTES_MAX, GiB } from '@syncline/protocol';
import type { DiskRefusal } from './ports.ts';
import type { ObstacleReason } from './trees.ts';

/** Why something is not synced, in a closed list. */
export type ProblemReason =
  | ObstacleReason
  | 'place-taken'
  | 'excluded-place'
  | 'shared-folder'
  | 'read-only'
  | 'left-folder'
  | 'mount-deleted'
  | 'blocked'
  | 'conflict'
  | 'busy'
  | 'damaged'
  | 'held-back'
  | 'no-room'
  | 'refused'
  | DiskRefusal;

/** Something that is not synced, why, and what a person can do. `path` is relative to the synced folder. */
export interface SyncProblem {
  readonly path: string;
  readonly reason: ProblemReason;
  readonly detail: string;
  /** Names the request that the service refused, for whoever runs it. */
  readonly requestId?: string | undefined;
}

const DETAILS: Readonly<Record<ProblemReason, string>> = {
  symlink: 'It is a symbolic link. Links are not followed; put the file itself here to sync it.',
  'special-file': 'It is a socket, a pipe or a device, which has no content to sync.',
  'too-large': `It is larger than ${FILE_BYTES_MAX / GiB} GiB, the most that a file can have. Make smaller files of it, or ignore it.`,
  'name-refused': 'Its name cannot be stored (control characters, or more than 255 bytes). Rename it.',
  'name-not-utf8': 'Its name is not UTF-8. Rename it.',
  ignored: 'A pattern says that it is ignored. `syncline ignore check` tells which.',
  unreadable: 'It cannot be read. Check its permissions.',
  'name-twin': 'Two files of this folder would have the same name at the service. Rename one of them.',
  'excluded-place':
    'The service has a folder of this name that is excluded from this device. Rename the one here, or include the other again.',
  'shared-folder':
    'It is a shared folder that cannot be read at the moment. Nothing in it is sent, fetched or deleted; what this disk has of it stays.',
  'read-only':
    'You may only read this shared folder. This stays on this disk and is not sent. Move it into a folder of your own to store it, or ask the owner to make you an editor.',
  'left-folder':
    'You are not in this shared folder any more. What was changed or added here stays on this disk and is not sent. Move it into a folder of your own to store it, or delete it.',
  'mount-deleted':
    'It is a shared folder, which deleting its folder does not leave: it comes back. Leave it with `syncline leave`, or keep it off this disk with `syncline exclude`.',
  'place-taken': 'Something that cannot be synced stands where it belongs. Move that away.',
  conflict:
    'It was changed here and elsewhere. Both are kept where they are; choose with `syncline conflicts resolve`.',
  blocked: 'It waits for something else that cannot be synced.',
  busy: 'It kept changing while it was read. It is tried again with the next sync.',
  damaged: 'What the service sent is not what it promised. It is tried again with the next sync.',
  'held-back':
    'Its content did not get to the store, or from it. If that stays so, something on the way may hold it back, such as a virus scanner or a proxy. It is tried again by itself.',
  'no-room': 'The disk has no room for it. Free space on it. It then comes by itself.',
  refused: 'The service refused it.',
  'disk-full':
    'It does not fit on this disk, which is full, or you may not use more of it. Make room; it is tried again by itself.',
  'disk-read-only':
    'This disk is read-only at the moment, so nothing can be written to it. Mount it for writing; it is tried again by itself.',
  'disk-denied':
    'You may not write it here. Give yourself the right to write this file and its folder; it is tried again by itself.',
  'name-reserved':
    'Syncline keeps its own folder under this name on every device, so what the service has of it, with all that lies in it, cannot come to a disk. Rename it at the service, such as by `syncline mv`.',
  disk: 'The disk refused it, and may be defective or gone. Look at it; it is tried again by itself.',
};

export function syncProblem(
  path: string,
  reason: ProblemReason,
  refusal: { readonly detail?: string | undefined; readonly requestId?: string | undefined } = {},
): SyncProblem {
  const { requestId } = refusal;
  const problem = { path, reason, detail: refusal.detail ?? DETAILS[reason] };
  return requestId === undefined ? problem : { ...problem, requestId };
}

/** Each problem once: two rounds, or two steps, may have met the same. */
export function withoutRepeats(problems: readonly SyncProblem[]): readonly SyncProblem[] {
  const unique = new Map(problems.map((problem) => [`${problem.reason}/${problem.path}`, problem]));
  return [...unique.values()];
}
