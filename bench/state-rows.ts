import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeId } from '@syncline/protocol';
import { newNodeId, newNodeIds } from '../client/src/engine/new-node-id.ts';
import { BEGINNING } from '../client/src/engine/ports.ts';
import type { RemoteNode, SyncedNode } from '../client/src/engine/trees.ts';
import { openStateStore } from '../client/src/platform/node/open-state-store.ts';
import { type Figure, median } from './bench-report.ts';

/** Files that are written down together. */
const FILES_EACH = 500;
const ROUNDS = 3;

interface Nodes {
  readonly remote: ReadonlyMap<NodeId, RemoteNode>;
  readonly synced: ReadonlyMap<NodeId, SyncedNode>;
}

/** What it costs to write nodes down as they are agreed on, some hundreds at a time, by the ids that devices give them, and by ids that have nothing in common. */
export function measureStateRows(directory: string, nodes: Nodes): readonly Figure[] {
  const together: number[] = [];
  const apart: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    together.push(writeInTurn(directory, named(nodes, newNodeIds(randomBytes))));
    apart.push(
      writeInTurn(
        directory,
        named(nodes, () => newNodeId(randomBytes)),
      ),
    );
  }
  const files = nodes.synced.size.toLocaleString('en-US');
  return [
    { name: `write down ${files} new nodes, ${FILES_EACH} at a time`, value: median(together), unit: 'ms' },
    {
      name: 'the same by ids that have nothing in common, against that',
      value: median(apart.map((ms, round) => ms / (together[round] ?? Number.NaN))),
      unit: '×',
    },
  ];
}

function named({ remote, synced }: Nodes, newId: () => NodeId): readonly (readonly [RemoteNode, SyncedNode])[] {
  return [...synced.values()].flatMap((agreed) => {
    const there = remote.get(agreed.nodeId);
    const nodeId = newId();
    return there === undefined
      ? []
      : [
          [
            { ...there, nodeId },
            { ...agreed, nodeId },
          ] as const,
        ];
  });
}

/** Milliseconds. */
function writeInTurn(directory: string, pairs: readonly (readonly [RemoteNode, SyncedNode])[]): number {
  const file = join(directory, 'rows.sqlite');
  const store = openStateStore(file);
  const begin = performance.now();
  for (let start = 0; start < pairs.length; start += FILES_EACH) {
    const some = pairs.slice(start, start + FILES_EACH);
    store.save({
      remote: new Map(some.map(([there]) => [there.nodeId, there])),
      synced: new Map(some.map(([, agreed]) => [agreed.nodeId, agreed])),
      position: { ...BEGINNING, seq: start, lamport: start },
    });
  }
  const ms = performance.now() - begin;
  store.close();
  for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
  return ms;
}
