import { constants } from 'node:fs';
import { type LocalIdentity, sameState } from '../../engine/trees.ts';
import type { DiskCalls, DiskHandle } from './disk-calls.ts';
import { permissions } from './permissions.ts';
import { identityOf } from './scan-folder.ts';

/** Lets a file be run, or not, durably, if it is still in the given state. Whether it was. @throws what the operating system says. */
export async function changePermissions(
  calls: DiskCalls,
  path: string,
  { identity, executable }: { readonly identity: LocalIdentity; readonly executable: boolean },
): Promise<boolean> {
  const handle = await calls.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const stat = await handle.stat();
    if (!sameState(identityOf(stat), identity)) return false;
    await handle.chmod(permissions(Number(stat.mode), executable));
    await makeDurable(handle, Number(stat.mode));
    return true;
  } finally {
    await handle.close();
  }
}

/** What a power failure takes back would look like a change that somebody made here, so it is taken back at once. */
async function makeDurable(handle: DiskHandle, modeBefore: number): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    await handle.chmod(modeBefore & 0o7777);
    throw error;
  }
}
