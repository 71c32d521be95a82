import { FILE_UNCONFIRMED_CHUNKS_MAX, REPORT_CHUNKS, REPORT_FILE_SHARE, REPORT_SHARE } from './limits.ts';

/**
 * How many chunks of a file are stored before the next report. Other devices fetch what was reported, and what was not yet at the commit
 * they fetch then: so a report comes after a share of the whole file, and towards its end after a share of what is left. A file that is
 * sent between two reports needs no more of them.
 */
export function chunksToReport({
  chunks,
  leftToSend,
}: {
  readonly chunks: number;
  readonly leftToSend: number;
}): number {
  if (chunks <= REPORT_CHUNKS) return REPORT_CHUNKS;
  const share = Math.ceil(Math.min(chunks * REPORT_FILE_SHARE, leftToSend * REPORT_SHARE));
  return Math.min(REPORT_CHUNKS, Math.max(FILE_UNCONFIRMED_CHUNKS_MAX, share));
}
