import type { PlantedBug } from './planted-bug.ts';

const ROOM = 'client/src/engine/disk-room.ts';
const FULL = 'test/scenarios/full-disks.test.ts';

/** Disks that have no room, and what must not stay on them. */
export const ROOM_BUGS: readonly PlantedBug[] = [
  {
    id: 'downloads-fill-the-disk',
    what: 'A file is fetched whether or not the disk has room for it, until there is none for anything.',
    invariant: 'I-13',
    file: ROOM,
    find: '    if (this.#spareBytes() < bytes) return this.#lack(bytes);\n',
    replace: '',
    caughtBy: {
      file: FULL,
      test: 'of what is fetched at once a file that the disk has no room for is named, and all that fits comes',
    },
  },
  {
    id: 'room-is-promised-twice',
    what: 'Each of several downloads takes the free room of the disk for its own.',
    invariant: 'I-13',
    file: ROOM,
    find: '    this.#claimedBytes += bytes;\n',
    replace: '    this.#claimedBytes = 0;\n',
    caughtBy: { file: FULL, test: 'files that fit one by one and not together leave the reserve free' },
  },
  {
    id: 'filled-by-others-unnoticed',
    what: 'A download that was begun goes on when others have filled the disk meanwhile.',
    invariant: 'I-13',
    file: ROOM,
    find: '          throw new NoRoomError(this.#lack(left, left));\n',
    replace: '          void NoRoomError;\n',
    caughtBy: {
      file: FULL,
      test: 'while it is fetched a file whose disk is filled by others waits for room with what has come, and goes on',
    },
  },
  {
    id: 'no-second-look-for-room',
    what: 'A file that the disk had no room for waits until something else happens.',
    invariant: 'I-12',
    file: 'client/src/engine/hold-back.ts',
    find: '  postpone(execution, nodeId, epochMs(clock.now() + NO_ROOM_RETRY_MS));\n',
    replace: '  postpone(execution, nodeId, epochMs(clock.now() + 1e6 * NO_ROOM_RETRY_MS));\n',
    caughtBy: {
      file: FULL,
      test: 'a file that did not fit comes by itself once there is room, and its content is fetched once',
    },
  },
  {
    id: 'staged-parts-stay',
    what: 'What has come of a file that is gone at the service stays on the disk for a month.',
    invariant: 'I-13',
    file: 'client/src/engine/sweep-staging.ts',
    find: '  if (trees.remote.get(nodeId)?.contentHash !== contentHash) return false;\n',
    replace: '  if (trees.remote.get(nodeId)?.contentHash !== contentHash) return true;\n',
    caughtBy: {
      file: FULL,
      test: 'what was staged of a file that is deleted at the service is removed by the next round',
    },
  },
  {
    id: 'no-room-untold',
    what: 'While nothing runs in the background nobody is told that the disk has no room for a file.',
    invariant: 'I-13',
    file: 'client/src/engine/planned-folder.ts',
    find: '...(await roomLacks({ remote, local: engine.local, plan, files }))',
    replace: '...(await roomLacks({ remote, local: engine.local, plan: { ...plan, steps: [] }, files }))',
    caughtBy: { file: FULL, test: 'is told which file the disk has no room for, and what it needs' },
  },
  {
    id: 'no-room-guessed',
    what: 'A file is told to have no room though files that are to leave the disk will make some.',
    invariant: 'I-13',
    file: 'client/src/engine/room-lacks.ts',
    find: "({ type }) => type === 'unsync-local'",
    replace: "({ type }) => type === 'forget'",
    caughtBy: { file: FULL, test: 'is told nothing of that while what is excluded is still to leave the disk' },
  },
  {
    id: 'come-in-part-uncounted',
    what: 'Of a large file that has come in part all of it is told to need room.',
    invariant: 'I-13',
    file: 'client/src/engine/room-lacks.ts',
    find: 'size - (staged ?? 0)',
    replace: 'size - (staged === undefined ? 0 : 0)',
    caughtBy: { file: FULL, test: 'is told of a large file that has come in part by what is left of it' },
  },
];
