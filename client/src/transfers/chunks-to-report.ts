import { FILE_UNCONFIRMED_CHUNKS_MAX, REPORT_CHUNKS, REPORT_SHARE } from './limits.ts';

/**
 * How many chunks of a file are stored before the next report. Reports come closer towards the end of a file, because what has not been
 * reported at its commit other devices have yet to fetch then. A file that is sent between two reports needs no more of them.
 */
export function chunksToReport(file: { readonly chunks: number; readonly leftToSend: number }): number {
  if (file.chunks <= REPORT_CHUNKS) return REPORT_CHUNKS;
  const share = Math.ceil(file.leftToSend * REPORT_SHARE);
  return Math.min(REPORT_CHUNKS, Math.max(FILE_UNCONFIRMED_CHUNKS_MAX, share));
}
