import { ADMIN_BUGS } from './admin-bugs.ts';
import { AHEAD_BUGS } from './ahead-bugs.ts';
import { ASIDE_BUGS } from './aside-bugs.ts';
import { BASE_BUGS } from './base-bugs.ts';
import { CHUNKING_BUGS } from './chunking-bugs.ts';
import { COMPRESSION_BUGS } from './compression-bugs.ts';
import { CONTENT_BUGS } from './content-bugs.ts';
import { DEVICE_BUGS } from './device-bugs.ts';
import { DISK_BUGS } from './disk-bugs.ts';
import { EXECUTION_BUGS } from './execution-bugs.ts';
import { HELD_BACK_BUGS } from './held-back-bugs.ts';
import { HISTORY_BUGS } from './history-bugs.ts';
import { LINK_BUGS } from './link-bugs.ts';
import { LOAD_BUGS } from './load-bugs.ts';
import { MEMBER_ENTRY_BUGS } from './member-entry-bugs.ts';
import { MEMBERSHIP_BUGS } from './membership-bugs.ts';
import { MOUNT_BUGS } from './mount-bugs.ts';
import { MOVED_LINK_BUGS } from './moved-link-bugs.ts';
import { OFFLINE_BUGS } from './offline-bugs.ts';
import { PACK_BUGS } from './pack-bugs.ts';
import { PATCH_BUGS } from './patch-bugs.ts';
import { PEOPLE_BUGS } from './people-bugs.ts';
import { PLANNER_BUGS } from './planner-bugs.ts';
import type { PlantedBug } from './planted-bug.ts';
import { POWER_LOSS_BUGS } from './power-loss-bugs.ts';
import { PUSH_BUGS } from './push-bugs.ts';
import { REFERENCE_BUGS } from './reference-bugs.ts';
import { ROOM_BUGS } from './room-bugs.ts';
import { SEARCH_BUGS } from './search-bugs.ts';
import { SERVICE_BUGS } from './service-bugs.ts';
import { SET_BACK_BUGS } from './set-back-bugs.ts';
import { SHARING_BUGS } from './sharing-bugs.ts';
import { SOCKET_BUGS } from './socket-bugs.ts';
import { SPEED_BUGS } from './speed-bugs.ts';
import { SWEEP_BUGS } from './sweep-bugs.ts';
import { TOGETHER_BUGS } from './together-bugs.ts';
import { TOLD_BUGS } from './told-bugs.ts';
import { TRANSFER_BUGS } from './transfer-bugs.ts';
import { USAGE_BUGS } from './usage-bugs.ts';
import { WEB_BUGS } from './web-bugs.ts';
import { WEBHOOK_BUGS } from './webhook-bugs.ts';

/** All planted bugs, from the engine to the service. `npm run bugs` says which of them the suite catches. */
export const BUGS: readonly PlantedBug[] = [
  ...PLANNER_BUGS,
  ...EXECUTION_BUGS,
  ...TRANSFER_BUGS,
  ...HELD_BACK_BUGS,
  ...DISK_BUGS,
  ...ROOM_BUGS,
  ...MOVED_LINK_BUGS,
  ...ASIDE_BUGS,
  ...POWER_LOSS_BUGS,
  ...BASE_BUGS,
  ...TOGETHER_BUGS,
  ...SERVICE_BUGS,
  ...PUSH_BUGS,
  ...DEVICE_BUGS,
  ...PACK_BUGS,
  ...TOLD_BUGS,
  ...PATCH_BUGS,
  ...COMPRESSION_BUGS,
  ...CONTENT_BUGS,
  ...CHUNKING_BUGS,
  ...ADMIN_BUGS,
  ...AHEAD_BUGS,
  ...HISTORY_BUGS,
  ...REFERENCE_BUGS,
  ...LINK_BUGS,
  ...SEARCH_BUGS,
  ...SOCKET_BUGS,
  ...SHARING_BUGS,
  ...MEMBERSHIP_BUGS,
  ...MOUNT_BUGS,
  ...MEMBER_ENTRY_BUGS,
  ...SWEEP_BUGS,
  ...USAGE_BUGS,
  ...WEB_BUGS,
  ...OFFLINE_BUGS,
  ...SPEED_BUGS,
  ...PEOPLE_BUGS,
  ...SET_BACK_BUGS,
  ...LOAD_BUGS,
  ...WEBHOOK_BUGS,
];

/** @throws when there is no bug of this name. */
export function bugNamed(id: string): PlantedBug {
  const bug = BUGS.find((one) => one.id === id);
  if (bug === undefined) throw new Error(`the bank has no bug ${id}: test/bug-bank/bugs.ts names them all`);
  return bug;
}
