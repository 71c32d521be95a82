import { expect, test } from '@jest/globals';
import { COMMIT_OPERATIONS_MAX, MiB, PACK_BYTES_MAX } from '@syncline/protocol';
import { UPLOAD_SLICE_FILES } from './limits.ts';
import { sliceIsFull } from './slice-is-full.ts';

/** The slice that files of these sizes make. */
function sliceOf(sizes: Iterable<number>, bytesMax: number): { readonly files: number; readonly bytes: number } {
  let slice = { files: 0, bytes: 0 };
  for (const size of sizes) {
    if (sliceIsFull(slice, size, bytesMax)) break;
    slice = { files: slice.files + 1, bytes: slice.bytes + size };
  }
  return slice;
}

const same = (size: number): number[] => Array.from({ length: 3000 }, () => size);

test('files of every size make slices that fit into their packs, and many of them fill their commits', () => {
  for (let size = 1; size < 8 * MiB; size = Math.ceil(size * 1.3)) {
    const { files, bytes } = sliceOf(same(size), PACK_BYTES_MAX);
    expect(bytes).toBeLessThanOrEqual(PACK_BYTES_MAX);
    expect(files < COMMIT_OPERATIONS_MAX || files % COMMIT_OPERATIONS_MAX === 0).toBe(true);
  }
});

test('a line that carries more than some packs and less than another gets whole ones', () => {
  expect(sliceOf(same(10_000), 2.9 * PACK_BYTES_MAX).bytes).toBeLessThanOrEqual(2 * PACK_BYTES_MAX);
  expect(sliceOf(same(10_000), 2.9 * PACK_BYTES_MAX).bytes).toBeGreaterThan(PACK_BYTES_MAX);
  expect(sliceOf(same(10_000), 1).bytes).toBeGreaterThan(PACK_BYTES_MAX / 2);
});

test('tiny files end a slice by their number', () => {
  expect(sliceOf(same(1), PACK_BYTES_MAX).files).toBe(UPLOAD_SLICE_FILES);
});

test('files that are somewhat larger than those before them are taken up to a full commit', () => {
  const sizes = [...Array.from({ length: 600 }, () => 9000), ...Array.from({ length: 300 }, () => 17_000)];
  const { files, bytes } = sliceOf(sizes, PACK_BYTES_MAX);
  expect(files).toBe(800);
  expect(bytes).toBeGreaterThan(PACK_BYTES_MAX);
});

test('files that are much larger than those before them end it in the middle of one', () => {
  const sizes = [...Array.from({ length: 600 }, () => 9000), ...Array.from({ length: 200 }, () => MiB)];
  const { files, bytes } = sliceOf(sizes, PACK_BYTES_MAX);
  expect(files % COMMIT_OPERATIONS_MAX).not.toBe(0);
  expect(bytes).toBeLessThanOrEqual(2 * PACK_BYTES_MAX);
});

test('a single file is never refused', () => {
  expect(sliceIsFull({ files: 0, bytes: 0 }, 50 * PACK_BYTES_MAX, 1)).toBe(false);
});
