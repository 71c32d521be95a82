import type { WantedBytes } from '../../engine/ports.ts';
import type { DiskHandle } from './disk-calls.ts';

/** The bytes of a range, fewer where the file ends before. */
export async function readBytes(handle: DiskHandle, { start, end, into }: WantedBytes): Promise<Uint8Array> {
  const bytes = into?.subarray(0, end - start) ?? new Uint8Array(end - start);
  let read = 0;
  while (read < bytes.length) {
    const count = await handle.read(bytes.subarray(read), start + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
