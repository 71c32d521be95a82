import { type DiskOutcome, type DiskRefusal, DiskRefusedError } from '../../engine/ports.ts';
import { errorCode } from './error-code.ts';

/** What the operating system says, in the words of the port; every other failure is a defect and stays what it is. */
export function diskRefusal(cause: unknown): Error {
  const code = errorCode(cause);
  if (code !== undefined)
    return new DiskRefusedError(`the disk refused: ${code}`, { cause, reason: refusalReason(code) });
  return cause instanceof Error ? cause : new Error(String(cause), { cause });
}

/** What has become of a change of the disk that ended with an error. @throws what is no answer of the operating system. */
export function diskOutcome(error: unknown): DiskOutcome {
  if (error instanceof DiskRefusedError) return { kind: 'failed', reason: error.reason };
  const code = errorCode(error);
  switch (code) {
    case undefined:
      throw error;
    case 'ENOENT':
    case 'EEXIST':
    case 'ENOTDIR':
    case 'ENOTEMPTY':
    case 'EISDIR':
    case 'ELOOP':
      return { kind: 'changed' };
    default:
      return { kind: 'failed', reason: refusalReason(code) };
  }
}

/** Why a disk refused, by the code of its refusal: each has another remedy. */
export function refusalReason(code: string): DiskRefusal {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'disk-full';
    case 'EROFS':
      return 'disk-read-only';
    case 'EACCES':
    case 'EPERM':
      return 'disk-denied';
    default:
      return 'disk';
  }
}
