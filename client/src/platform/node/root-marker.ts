import { join } from 'node:path';
import { DeviceId, NamespaceId } from '@syncline/protocol';
import * as z from 'zod/mini';
import { readTextFile, writePrivateFile } from './configuration-directory.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { ENGINE_FOLDER } from './scan-folder.ts';

/** Says that a folder is the one that was linked, and not an empty mount point or somebody else's. */
export const RootMarker = z.object({ folderId: z.string(), deviceId: DeviceId, namespaceId: NamespaceId });
export type RootMarker = z.infer<typeof RootMarker>;

/** Where the marker of a linked folder stands. */
export function rootMarkerFile(root: string): string {
  return join(root, ENGINE_FOLDER, 'marker.json');
}

/** The marker of a folder; `missing` when there is none, `damaged` when it cannot be read. */
export async function readRootMarker(
  root: string,
  calls: DiskCalls = nodeDiskCalls,
): Promise<RootMarker | 'missing' | 'damaged'> {
  let text: string | undefined;
  try {
    text = await readTextFile(rootMarkerFile(root), calls);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return 'damaged';
  }
  if (text === undefined) return 'missing';
  try {
    const marker = z.safeParse(RootMarker, JSON.parse(text));
    return marker.success ? marker.data : 'damaged';
  } catch {
    // What is not JSON is no marker.
    return 'damaged';
  }
}

export async function writeRootMarker(
  root: string,
  marker: RootMarker,
  calls: DiskCalls = nodeDiskCalls,
): Promise<void> {
  await writePrivateFile(rootMarkerFile(root), `${JSON.stringify(marker, undefined, 2)}\n`, calls);
}
