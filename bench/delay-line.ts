import type { Readable, Writable } from 'node:stream';
import { MiB } from '@syncline/protocol';

/** The most that Linux keeps under way of one connection by default. Source: tcp(7), tcp_wmem. */
export const DELAYED_BYTES_MAX = 4 * MiB;

interface Delayed {
  readonly bytes: Buffer;
  readonly dueAt: number;
}

/** Passes on everything that comes out of one end, in its order, `delayMs` later and not before `earliestAt` (`performance.now`). */
export function delayBytes(
  ends: { readonly from: Readable; readonly to: Writable },
  { delayMs, earliestAt }: { readonly delayMs: number; readonly earliestAt: number },
): void {
  const { from, to } = ends;
  const line: Delayed[] = [];
  let underWayBytes = 0;
  let hasEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const pass = (): void => {
    timer = undefined;
    const now = performance.now();
    for (let first = line[0]; first !== undefined && first.dueAt <= now; first = line[0]) {
      line.shift();
      underWayBytes -= first.bytes.length;
      to.write(first.bytes);
    }
    const [next] = line;
    if (next !== undefined) timer = setTimeout(pass, Math.max(0, next.dueAt - now));
    else if (hasEnded) to.end();
    if (underWayBytes < DELAYED_BYTES_MAX && from.isPaused()) from.resume();
  };
  from.on('data', (bytes: Buffer) => {
    line.push({ bytes, dueAt: Math.max(performance.now() + delayMs, earliestAt) });
    underWayBytes += bytes.length;
    if (underWayBytes >= DELAYED_BYTES_MAX) from.pause();
    timer ??= setTimeout(pass, delayMs);
  });
  from.once('end', () => {
    hasEnded = true;
    timer ??= setTimeout(pass, delayMs);
  });
}
