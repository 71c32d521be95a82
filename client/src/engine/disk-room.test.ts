import { expect, test } from '@jest/globals';
import { epochMs, GiB, MiB } from '@syncline/protocol';
import { MemoryFileSystem } from '../../../test/support/memory-file-system.ts';
import { STANDING_CLOCK } from '../../../test/support/sync-world.ts';
import { DiskRoom, diskReserve, NoRoomError, type RoomClaim, type RoomLack } from './disk-room.ts';
import { DISK_RESERVE_BYTES_MAX, DISK_SPACE_BYTES_MAX, DISK_SPACE_MS_MAX } from './limits.ts';

const written = (): Promise<void> => Promise.resolve();

function world(freeBytes: number | undefined) {
  const files = new MemoryFileSystem();
  const totalBytes = 1000 * GiB;
  let now = 0;
  const setFree = (bytes: number): void => {
    files.room = { freeBytes: bytes, totalBytes };
  };
  if (freeBytes !== undefined) setFree(freeBytes);
  const room = new DiskRoom({ files, clock: { ...STANDING_CLOCK, now: () => epochMs(now) } });
  return { room, setFree, pass: (ms: number) => void (now += ms) };
}

function claimed(answer: RoomClaim | RoomLack): RoomClaim {
  if (!('spend' in answer)) throw new Error('there is no room');
  return answer;
}

test('of a small disk a share stays free, of a large one half a gigabyte', () => {
  expect(diskReserve({ totalBytes: 20 * MiB })).toBe(MiB);
  expect(diskReserve({ totalBytes: 4000 * GiB })).toBe(DISK_RESERVE_BYTES_MAX);
});

test('what would leave less than the reserve is told, with what it needs and what there is', async () => {
  const { room } = world(DISK_RESERVE_BYTES_MAX + 10 * MiB);
  const lack = { freeBytes: DISK_RESERVE_BYTES_MAX + 10 * MiB, reserveBytes: DISK_RESERVE_BYTES_MAX, claimedBytes: 0 };
  expect(await room.claim(10 * MiB + 1)).toEqual({ ...lack, neededBytes: 10 * MiB + 1 });
  claimed(await room.claim(10 * MiB));
});

test('what was promised to one is not promised to another until it is given back', async () => {
  const { room, setFree } = world(DISK_RESERVE_BYTES_MAX + 10 * MiB);
  const first = claimed(await room.claim(6 * MiB));
  expect(await room.claim(6 * MiB)).toMatchObject({ claimedBytes: 6 * MiB });
  // What was written of it is not given back.
  await first.spend(MiB, written);
  setFree(DISK_RESERVE_BYTES_MAX + 9 * MiB);
  first.release();
  expect(await room.claim(9 * MiB + 1)).toMatchObject({ claimedBytes: 0 });
  claimed(await room.claim(9 * MiB));
});

test('a disk that others have filled is noticed, and one that they have emptied', async () => {
  const { room, setFree, pass } = world(100 * GiB);
  claimed(await room.claim(GiB)).release();
  setFree(GiB);
  pass(DISK_SPACE_MS_MAX);
  expect(await room.claim(GiB)).toMatchObject({ freeBytes: GiB });
  setFree(100 * GiB);
  claimed(await room.claim(GiB));
});

test('what was begun ends when others fill the disk meanwhile, and not for a little', async () => {
  const { room, setFree } = world(100 * GiB);
  const claim = claimed(await room.claim(10 * GiB));
  await claim.spend(DISK_SPACE_BYTES_MAX, written);
  setFree(DISK_RESERVE_BYTES_MAX + 10 * GiB - 2 * DISK_SPACE_BYTES_MAX - MiB);
  await claim.spend(DISK_SPACE_BYTES_MAX, written);
  setFree(9 * GiB);
  await expect(claim.spend(DISK_SPACE_BYTES_MAX, written)).rejects.toThrow(NoRoomError);
});

test('a write that is under way when the disk is looked at is not taken for free room', async () => {
  const { room, pass } = world(DISK_RESERVE_BYTES_MAX + 10 * MiB);
  let end = (): void => undefined;
  const claim = claimed(await room.claim(10 * MiB));
  const write = claim.spend(10 * MiB, () => new Promise((resolve) => void (end = resolve)));
  pass(DISK_SPACE_MS_MAX);
  expect(await room.claim(1)).toMatchObject({ claimedBytes: 10 * MiB });
  end();
  await write;
});

test('a disk that does not tell has room for everything', async () => {
  const { room } = world(undefined);
  const claim = claimed(await room.claim(1e15));
  await expect(claim.spend(1e15, written)).resolves.toBeUndefined();
});
