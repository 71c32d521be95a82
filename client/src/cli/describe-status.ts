import type { DaemonStatus, FolderStatus } from '../daemon/daemon-status.ts';
import { formatBytes } from '../engine/format-bytes.ts';
import { escapeText, quote } from './escape-text.ts';

/** What people read about the daemon: who runs, and what stands in its way. */
export function describeDaemon(status: DaemonStatus): readonly string[] {
  const { pid, version, limits } = status;
  const up = limits.upBytesPerSecond === undefined ? [] : [`up to ${formatBytes(limits.upBytesPerSecond)}/s are sent`];
  const down =
    limits.downBytesPerSecond === undefined ? [] : [`up to ${formatBytes(limits.downBytesPerSecond)}/s are fetched`];
  const limited = [...up, ...down].map((text) => `; ${text}`).join('');
  return [
    `Syncline runs in the background (process ${pid}, version ${escapeText(version)}${limited}).`,
    ...(status.signedIn ? [] : ['Nobody is signed in. Sign in with `syncline login`; it goes on by itself then.']),
    ...(status.folders.length > 0 ? [] : ['No folder is linked. Link one with `syncline link FOLDER`.']),
    ...status.troubles.map(escapeText),
  ];
}

/** What people read about one folder: a line for what it does, and one for each problem. */
export function describeFolder(folder: FolderStatus, now: Date): readonly string[] {
  const lines = [`${quote(folder.path)}: ${describeState(folder, now)}`];
  for (const problem of folder.problems) {
    const request = problem.requestId === undefined ? '' : ` (request ${problem.requestId})`;
    lines.push(`  ${quote(problem.path)} (${problem.reason}): ${escapeText(problem.detail)}${request}`);
  }
  for (const { storedBytes, totalBytes, fetchedBytes } of folder.incoming ?? []) {
    const [sent, here] = [percent(storedBytes, totalBytes), percent(fetchedBytes, totalBytes)];
    const fetched = fetchedBytes === 0 ? '' : `, and ${here} is here already`;
    lines.push(
      `  Another device is sending a file of ${formatBytes(totalBytes)}: ${sent} is at the service${fetched}.`,
    );
  }
  if (folder.watchLack !== undefined) lines.push(`  ${UNWATCHED} (${folder.watchLack}).`);
  const left = folder.problemCount - folder.problems.length;
  if (left > 0) lines.push(`  … and ${left} more problems.`);
  return lines;
}

const UNWATCHED = 'Not all of its folders can be watched, so changes are found later; see `syncline doctor`';

function describeState(folder: FolderStatus, now: Date): string {
  const detail = escapeText(folder.detail ?? '');
  const again = folder.nextAttemptAt === undefined ? '' : ` It is tried again ${inWords(folder.nextAttemptAt, now)}.`;
  const synced = `${count(folder.syncedNodes, 'file or folder', 'files and folders')} synced`;
  switch (folder.state) {
    case 'idle':
      if (folder.problemCount === 0) return `up to date, ${synced}.`;
      return `not up to date: ${synced}, ${count(folder.problemCount, 'is', 'are')} not:`;
    case 'starting':
      return 'is being looked at for the first time since the start.';
    case 'syncing':
      return `is being synced: ${describeProgress(folder)}.`;
    case 'waiting':
      return `something could not be done.${again}`;
    case 'offline':
      return `the service cannot be reached${detail === '' ? '' : ` (${detail})`}.${again}`;
    case 'paused':
      return `paused, ${synced}. \`syncline resume\` goes on.`;
    case 'mass-change': {
      const { local = 0, remote = 0 } = folder.massChange ?? {};
      return `held back: ${local} files here and ${remote} at the service would be deleted or rewritten at once. If that is meant: \`syncline resume --accept-deletes\`. If not: ${bringBackBy(folder.path)}.`;
    }
    case 'root-missing':
      return `is not there, or has lost its marker. Nothing is done. Mount its disk, or bring the folder back; if it was moved, or has lost its marker, link it where it is now. If it is gone: \`syncline unlink ${quote(folder.path)}\`.${again}`;
    case 'root-foreign':
      return `is another folder than the one that was linked, or has a damaged marker. Nothing is done. Bring that one back, or link this one anew.${again}`;
    case 'refused':
      return `${detail === '' ? 'the service refuses it.' : detail}${again}`;
    case 'stopped':
      return `is not being synced, ${synced}; still to be done: ${describePending(folder)}.`;
    case 'locked':
    case 'failed':
      return `${detail}${again}`;
  }
}

/** What undoes a mass change: the merge after it deletes nothing, and gives each side what only the other has. */
export function bringBackBy(path: string): string {
  return `\`syncline doctor --rebuild ${quote(path)}\` brings back what is missing, and deletes nothing`;
}

function describeProgress(folder: FolderStatus): string {
  const { done, total, perSecond } = folder.bytes;
  const seconds = perSecond === 0 ? Number.POSITIVE_INFINITY : (total - done) / perSecond;
  const rate = seconds > TOLD_SECONDS_MAX ? [] : [`${formatBytes(perSecond)}/s`, `${timeLeft(seconds)} left`];
  const bytes = done >= total ? [] : [`${percent(done, total)} of ${formatBytes(total)}`, ...rate];
  const { upload, download, other } = folder.pending;
  const parts = upload + download + other === 0 ? bytes : [...bytes, describePending(folder)];
  return parts.length === 0 ? 'it begins' : parts.join(', ');
}

function describePending({ pending }: FolderStatus): string {
  const { upload, download, other } = pending;
  if (upload + download + other === 0) return 'nothing that is known of';
  return `${count(upload, 'file', 'files')} to upload, ${download} to download, ${count(other, 'other change', 'other changes')}`;
}

/** A longer time is no estimate: next to nothing is carried, as while the service does not answer. */
const TOLD_SECONDS_MAX = 30 * 24 * 3600;

/** `40 seconds`, `5 minutes`, `3 hours`. */
function timeLeft(seconds: number): string {
  if (seconds < 120) return count(Math.ceil(seconds), 'second', 'seconds');
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? count(minutes, 'minute', 'minutes') : count(Math.round(minutes / 60), 'hour', 'hours');
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 100 : Math.floor((part / whole) * 100)} %`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `in 40 seconds`, `in 5 minutes`, `now`. */
function inWords(instant: string, now: Date): string {
  const seconds = Math.round((Date.parse(instant) - now.getTime()) / 1000);
  if (seconds <= 0) return 'now';
  return seconds < 120 ? `in ${count(seconds, 'second', 'seconds')}` : `in ${Math.round(seconds / 60)} minutes`;
}
