import type { StagedFor } from '../../engine/ports.ts';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { StagedFile } from './staged-file.ts';

/**
 * Makes staged files durable by making their whole file system durable, with the permissions and times that they are to have. Where anything of
 * that fails none counts as durable: whoever publishes them finds out which file it is.
 */
export async function makeDurableTogether(
  calls: Pick<DiskCalls, 'syncFileSystem'>,
  { directory, files }: { readonly directory: string; readonly files: readonly StagedFor[] },
): Promise<void> {
  const { syncFileSystem } = calls;
  if (syncFileSystem === undefined) return;
  const staged = files.flatMap((file) => (file.staged instanceof StagedFile ? [{ ...file, staged: file.staged }] : []));
  try {
    for (const { staged: file, executable, modifiedAtMs } of staged) {
      await file.prepare({ mode: undefined, executable, modifiedAtMs });
    }
    if (!(await syncFileSystem(directory))) return;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return;
  }
  for (const { staged: file } of staged) file.noteDurable();
}
