import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LONG_RUN_MS_MAX } from './peers/limits.ts';
import type { DaemonPair, Peer } from './peers/peer.ts';
import { countFiles } from './tree-size.ts';

/** Between two counts of what has come. A count takes a few milliseconds. */
const COUNT_PAUSE_MS = 50;

export interface TreePassage {
  /** A folder on the same file system, which is moved away. */
  readonly source: string;
  readonly files: number;
  /** Asks the peer to look at once, instead of when it would by itself. */
  readonly isAsked: boolean;
}

/** A pair of daemons that run, over two empty folders. */
export interface RunningPair {
  readonly pair: DaemonPair;
  readonly a: string;
  readonly b: string;
}

/** Links two folders in `directory`, and starts both sides; folder a may be elsewhere. Whoever calls stops the pair. */
export async function startPair(peer: Peer, directory: string, a = join(directory, 'a')): Promise<RunningPair> {
  const [b, state] = [join(directory, 'b'), join(directory, 'state')];
  for (const folder of [a, b, state]) await mkdir(folder, { recursive: true });
  const pair = await peer.link({ a, b, state });
  if (pair.kind !== 'daemons') throw new Error(`${peer.name} has no daemons`);
  try {
    for (const side of pair.sides) await pair.start(side);
    for (const side of pair.sides) await pair.waitIdle(side);
    return { pair, a, b };
  } catch (error) {
    await pair.stop();
    throw error;
  }
}

/**
 * Moves a tree into folder a by one rename, and answers the seconds until as many files are in their places in folder b. All sides put a file
 * in its place when it is complete.
 */
export async function passTree({ pair, a, b }: RunningPair, { source, files, isAsked }: TreePassage): Promise<number> {
  const before = countFiles(b);
  await rename(source, join(a, `tree ${before}`));
  const startedAt = performance.now();
  const looking = isAsked ? pair.lookNow?.('a') : undefined;
  const deadline = startedAt + LONG_RUN_MS_MAX;
  while (performance.now() < deadline) {
    if (countFiles(b) - before >= files) {
      const seconds = (performance.now() - startedAt) / 1000;
      await looking;
      return seconds;
    }
    await sleep(COUNT_PAUSE_MS);
  }
  throw new Error(`of ${files} files ${countFiles(b) - before} have come`);
}
