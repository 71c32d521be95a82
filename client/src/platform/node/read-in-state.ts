import { constants } from 'node:fs';
import { assert } from '@syncline/protocol';
import type { LentFile, WantedBytes } from '../../engine/ports.ts';
import { type LocalIdentity, sameState } from '../../engine/trees.ts';
import type { DiskCalls, DiskHandle } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { QUICK_BYTES_MAX } from './limits.ts';
import { readBytes } from './read-bytes.ts';
import { identityOf } from './scan-folder.ts';

/** A file that is wanted in one state only. `path` is absolute. */
export interface FileInState {
  readonly path: string;
  readonly identity: LocalIdentity;
}

/** Follows no link at the path, and waits for nobody. */
const READING_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

interface NotRead {
  readonly kind: 'changed' | 'unreadable';
}

/** Bytes of a file that was in the given state before and after. */
export async function readInState(
  calls: DiskCalls,
  file: FileInState,
  wanted: WantedBytes,
): Promise<{ readonly kind: 'read'; readonly bytes: Uint8Array } | NotRead> {
  try {
    const opened = await openInState(calls, file);
    if (opened === 'changed') return { kind: 'changed' };
    try {
      const bytes = await readBytes(opened.handle, wanted);
      return (await opened.isExpected()) ? { kind: 'read', bytes } : { kind: 'changed' };
    } finally {
      await opened.handle.close();
    }
  } catch (error) {
    return kindOf(error);
  }
}

/**
 * All bytes of a small file that was in the given state before and after, at once, in the memory `into`, which is as long as the file;
 * undefined where that may keep this thread waiting.
 */
export function readInStateNow(
  calls: Pick<DiskCalls, 'openNow'>,
  { path, identity }: FileInState,
  into: Uint8Array,
): { readonly kind: 'read'; readonly bytes: Uint8Array } | NotRead | undefined {
  assert(into.length === identity.size, 'the memory is as long as the file');
  if (calls.openNow === undefined || identity.size > QUICK_BYTES_MAX) return undefined;
  try {
    const file = calls.openNow(path, READING_FLAGS);
    if (file === undefined) return undefined;
    try {
      if (!sameState(identityOf(file.stat()), identity)) return { kind: 'changed' };
      let read = 0;
      for (let count = -1; read < into.length && count !== 0; read += count) {
        count = file.read(read === 0 ? into : into.subarray(read), read);
      }
      const isSame = read === into.length && sameState(identityOf(file.stat()), identity);
      return isSame ? { kind: 'read', bytes: into } : { kind: 'changed' };
    } finally {
      file.close();
    }
  } catch (error) {
    return kindOf(error);
  }
}

/** Opens a file in the given state for another thread; whether it still is in it is looked at again in the end. */
export async function lendInState(
  calls: DiskCalls,
  file: FileInState,
): Promise<{ readonly kind: 'lent'; readonly file: LentFile } | NotRead> {
  try {
    const opened = await openInState(calls, file);
    if (opened === 'changed') return { kind: 'changed' };
    const { handle, isExpected } = opened;
    const giveBack = async (): Promise<boolean> => {
      try {
        return await isExpected();
      } finally {
        await handle.close();
      }
    };
    return { kind: 'lent', file: { descriptor: handle.descriptor, giveBack } };
  } catch (error) {
    return kindOf(error);
  }
}

async function openInState(
  calls: DiskCalls,
  { path, identity }: FileInState,
): Promise<{ readonly handle: DiskHandle; readonly isExpected: () => Promise<boolean> } | 'changed'> {
  const handle = await calls.open(path, READING_FLAGS);
  const isExpected = async () => sameState(identityOf(await handle.stat()), identity);
  let isOpen = false;
  try {
    isOpen = await isExpected();
    return isOpen ? { handle, isExpected } : 'changed';
  } finally {
    if (!isOpen) await handle.close();
  }
}

function kindOf(error: unknown): NotRead {
  const code = errorCode(error);
  if (code === undefined) throw error;
  return { kind: code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR' ? 'changed' : 'unreadable' };
}
