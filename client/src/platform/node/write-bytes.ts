import type { DiskHandle } from './disk-calls.ts';

/** Writes all of the bytes: one call may take fewer than it is given. */
export async function writeBytes(handle: DiskHandle, position: number, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await handle.write(bytes.subarray(written), position + written);
}
