import type { Problem } from '@syncline/protocol';
import type { TransferFailure } from './transfer-state.ts';

/** Under which sentence of the catalogue a person hears what the service refused. */
export function refusedUpload({ code, detail }: Pick<Problem, 'code' | 'detail'>): {
  readonly failure: TransferFailure;
  readonly detail: string;
} {
  if (code === 'quota_exceeded') return { failure: 'quota', detail };
  if (code === 'unauthenticated') return { failure: 'signed-out', detail };
  if (code === 'forbidden') return { failure: 'read-only', detail };
  if (code === 'not_found') return { failure: 'folder-gone', detail };
  return { failure: 'refused', detail };
}
