import { DiskRefusedError } from '../../engine/ports.ts';
import { errorCode } from './error-code.ts';

/** What the operating system says, in the words of the port; every other failure is a defect and stays what it is. */
export function diskRefusal(cause: unknown): Error {
  const code = errorCode(cause);
  if (code !== undefined) return new DiskRefusedError(`the disk refused: ${code}`, { cause });
  return cause instanceof Error ? cause : new Error(String(cause), { cause });
}
