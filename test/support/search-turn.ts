import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type FileLock, lockFile } from '../../emulator/file-lock.ts';
import { sharedStack } from './shared-stack.ts';

/** The other stories of search are over by then. */
const WAIT_MS_MAX = 280_000;

/**
 * Runs the stories of a file while no other such file runs theirs: one turns the search engine off, one deletes the index, and what fails meanwhile
 * is tried again only after minutes.
 */
export function useSearchAlone(): void {
  let lock: FileLock | undefined;
  beforeAll(async () => {
    const { port } = new URL(sharedStack().endpoint);
    lock = await lockFile(path.join(tmpdir(), `syncline-search-turn-${port}`), { waitMs: WAIT_MS_MAX });
    if (lock === undefined) throw new Error('another story of search does not end');
  });
  afterAll(() => lock?.release());
}
