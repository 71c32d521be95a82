import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openServiceRoute } from './carriers/service-route.ts';
import type { Peer } from './peers/peer.ts';
import type { PeerNotes } from './peers/peer-notes.ts';
import { syncline } from './peers/syncline.ts';
import { syncthing } from './peers/syncthing.ts';
import { type RandomTree, writeRandomTree } from './random-tree.ts';
import { startS3Stub } from './s3-stub.ts';
import { passTree, type RunningPair, startPair } from './tree-passage.ts';

export interface PassageJob {
  readonly directory: string;
  readonly tree: RandomTree;
  readonly rounds: number;
  /** Between the two Syncthings, and between our devices and the service. */
  readonly rttMs: number;
}

/** What a pair of daemons took for a tree, in each round. */
export interface TreePassages {
  readonly name: string;
  readonly seconds: readonly number[];
}

/** Moves trees of the same description, with other bytes in each round, into side a of pairs of daemons that run, in turns. */
export async function passTreesInTurns(notes: PeerNotes, job: PassageJob): Promise<readonly TreePassages[]> {
  mkdirSync(job.directory);
  const stub = await startS3Stub();
  const route = await openServiceRoute({ stub, rttMs: job.rttMs });
  const peers: readonly PassagePeer[] = [
    { peer: syncline({ name: 'Syncline', apiUrl: route.service.url, sides: ['a', 'b'] }), isAsked: false },
    { peer: syncthing({ name: 'Syncthing, asked to scan', watcherDelaySeconds: 10, rttMs: job.rttMs }), isAsked: true },
    {
      peer: syncthing({ name: 'Syncthing, default settings', watcherDelaySeconds: 10, rttMs: job.rttMs }),
      isAsked: false,
    },
  ];
  const running: Started[] = [];
  try {
    for (const [index, one] of peers.entries()) {
      const pair = await notes.attempt(one.peer, () => startPair(one.peer, join(job.directory, `pair ${index}`)));
      if (pair !== undefined) running.push({ ...one, pair, seconds: [] });
    }
    for (let round = 0; round < job.rounds; round++) {
      for (const one of running) {
        const seconds = await notes.attempt(one.peer, () => passOnce(one, job, round));
        if (seconds !== undefined) one.seconds.push(seconds);
        await stub.clear();
      }
    }
  } finally {
    for (const { pair } of running) await pair.pair.stop();
    route.close();
    stub.stop();
  }
  return running
    .filter(({ seconds }) => seconds.length === job.rounds)
    .map(({ peer, seconds }) => ({ name: peer.name, seconds }));
}

interface PassagePeer {
  readonly peer: Peer;
  readonly isAsked: boolean;
}

interface Started extends PassagePeer {
  readonly pair: RunningPair;
  readonly seconds: number[];
}

async function passOnce(one: Started, { directory, tree }: PassageJob, round: number): Promise<number> {
  const source = join(directory, `${one.peer.name} ${round}`);
  writeRandomTree(source, { ...tree, seed: `${tree.seed} ${one.peer.name} ${round}` });
  return passTree(one.pair, { source, files: tree.files, isAsked: one.isAsked });
}
