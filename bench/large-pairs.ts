import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileTree, writeFileTree } from './file-tree.ts';
import type { LinkedPair, Peer } from './peers/peer.ts';
import type { PeerNotes } from './peers/peer-notes.ts';
import { Program } from './program.ts';

const COPY_MS_MAX = 600_000;

/** A peer over two folders with the same many files, at rest and stopped. */
export interface LargePair {
  readonly peer: Peer;
  readonly pair: LinkedPair;
}

export interface LargePairs {
  readonly tree: FileTree;
  readonly pairs: readonly LargePair[];
  readonly notes: PeerNotes;
}

/**
 * Links each peer over two copies of one tree. Nothing is removed until the end of all: file systems are slow in a place where
 * many files were just removed.
 */
export async function linkLargePairs(
  {
    notes,
    directory,
    log,
  }: { readonly notes: PeerNotes; readonly directory: string; readonly log: (line: string) => void },
  peers: readonly Peer[],
  tree: FileTree,
): Promise<LargePairs> {
  const source = join(directory, 'tree');
  log(`  writing ${tree.folders * tree.filesPerFolder} files …`);
  writeFileTree(source, tree);
  const pairs: LargePair[] = [];
  for (const [index, peer] of peers.entries()) {
    const pair = await notes.attempt(peer, async () => {
      log(`  ${peer.name}: first sync …`);
      return linkCopies(peer, { source, directory: join(directory, `large ${index}`) });
    });
    if (pair !== undefined) pairs.push({ peer, pair });
  }
  return { tree, pairs, notes };
}

async function linkCopies(
  peer: Peer,
  { source, directory }: { readonly source: string; readonly directory: string },
): Promise<LinkedPair> {
  const [a, b, state] = [join(directory, 'a'), join(directory, 'b'), join(directory, 'state')];
  await mkdir(state, { recursive: true });
  for (const copy of [a, b]) {
    // With their times, by which some peers tell that files are the same.
    const env = { PATH: process.env['PATH'] ?? '' };
    await (await Program.start({ file: 'cp', args: ['-a', source, copy], env, cwd: directory })).expectEnd(COPY_MS_MAX);
  }
  return peer.link({ a, b, state });
}
