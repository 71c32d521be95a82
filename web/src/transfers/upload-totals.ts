import { secondsLeft } from './speed-meter.ts';
import type { NameQuestion, UploadItem, UploadTotals } from './transfer-state.ts';

interface Conditions {
  readonly bytesPerSecond: number | undefined;
  readonly isPaused: boolean;
  readonly isOffline: boolean;
}

/** Sums up all uploads. What a person skipped or what failed is not waited for; an empty folder counts only where it failed. */
export function uploadTotals(items: readonly UploadItem[], conditions: Conditions): UploadTotals {
  let [doneFiles, failedFiles, skippedFiles, bytes, sentBytes, bytesLeft] = [0, 0, 0, 0, 0, 0];
  const counted = items.filter(({ isFolder, status }) => isFolder === undefined || status === 'failed');
  for (const { status, size, sentBytes: sent } of counted) {
    if (status === 'done') doneFiles += 1;
    if (status === 'failed') failedFiles += 1;
    if (status === 'skipped') skippedFiles += 1;
    if (status === 'failed' || status === 'skipped') continue;
    const stored = status === 'done' ? size : Math.min(sent, size);
    bytes += size;
    sentBytes += stored;
    if (status !== 'paused' && status !== 'needs-file' && status !== 'asking') bytesLeft += size - stored;
  }
  const { bytesPerSecond, isPaused, isOffline } = conditions;
  const left = secondsLeft(bytesLeft, bytesPerSecond);
  return {
    files: counted.length,
    doneFiles,
    failedFiles,
    skippedFiles,
    bytes,
    sentBytes,
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    // Where all that is left waits for a person, no time is known.
    ...(left === undefined || bytesLeft === 0 || isPaused || isOffline ? {} : { secondsLeft: left }),
    isPaused,
    isOffline,
  };
}

/** The first name that a person has to decide about. */
export function nameQuestion(
  asking: readonly { readonly id: string; readonly name: string; readonly kind: 'file' | 'folder' }[],
): NameQuestion | undefined {
  const [first] = asking;
  return first === undefined ? undefined : { ...first, others: asking.length - 1 };
}
