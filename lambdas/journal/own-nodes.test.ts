import { expect, test } from '@jest/globals';
import { encodeUlid, NamespaceId, NodeId, rootNodeId } from '@syncline/protocol';
import type { StoredNode } from '../namespaces/namespace-store.ts';
import { ANCESTORS_MAX, OWN_ANCESTORS_MAX } from './limits.ts';
import { OwnNodes } from './own-nodes.ts';

const HOME = NamespaceId.parse(idOf(1));
const TEAM = NamespaceId.parse(idOf(2));

function idOf(number: number): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return encodeUlid(bytes);
}

function row(number: number, parentId: NodeId, kind: StoredNode['kind'] = 'folder'): StoredNode {
  const revs = { rev: 1, contentRev: 0, placeRev: 1, size: 0 };
  const nodeId = NodeId.parse(idOf(number));
  return { namespaceId: HOME, nodeId, parentId, kind, name: 'x', modifiedAt: '2026-01-01T00:00:00.000Z', ...revs };
}

/** Rows of a home, and how often one was asked for. */
class Rows {
  readonly #rows = new Map<NodeId, StoredNode>();
  reads = 0;

  add(...added: readonly StoredNode[]): void {
    for (const node of added) this.#rows.set(node.nodeId, node);
  }

  /** A chain of folders below another one, from the uppermost on. */
  addChain(first: number, count: number, below: NodeId): readonly StoredNode[] {
    const chain: StoredNode[] = [];
    for (let index = 0; index < count; index++) chain.push(row(first + index, chain.at(-1)?.nodeId ?? below));
    this.add(...chain);
    return chain;
  }

  own(head: { readonly namespaceId: NamespaceId; readonly groundId?: NamespaceId; readonly isGround?: boolean }) {
    const read = async (nodeId: NodeId) => {
      this.reads += 1;
      return this.#rows.get(nodeId);
    };
    return new OwnNodes({ head, row: read });
  }
}

const ofHome = { namespaceId: HOME, isGround: true } as const;
const ofTeam = { namespaceId: TEAM, groundId: HOME } as const;

test('a row is of the namespace at whose root the way up from it ends, and of no other', async () => {
  const rows = new Rows();
  const mount = row(2, rootNodeId(HOME), 'mount');
  const [top, inTeam] = [row(10, rootNodeId(HOME)), row(11, mount.nodeId)];
  const [below, belowTeam] = [row(12, top.nodeId), row(13, inTeam.nodeId)];
  rows.add(mount, top, inTeam, below, belowTeam);
  const [home, team] = [rows.own(ofHome), rows.own(ofTeam)];
  for (const node of [top, below]) expect([await home.has(node), await team.has(node)]).toEqual([true, false]);
  for (const node of [inTeam, belowTeam]) expect([await home.has(node), await team.has(node)]).toEqual([false, true]);
});

test('a row above which something is missing is of no namespace', async () => {
  const rows = new Rows();
  const lost = row(10, NodeId.parse(idOf(99)));
  const below = row(11, lost.nodeId);
  rows.add(lost, below);
  for (const head of [ofHome, ofTeam]) {
    const own = rows.own(head);
    for (const node of [lost, below]) expect(await own.has(node)).toBe(false);
  }
});

test('a way that was walked is not walked again until something moves', async () => {
  const rows = new Rows();
  const chain = rows.addChain(10, ANCESTORS_MAX, rootNodeId(HOME));
  const own = rows.own(ofHome);
  for (const node of chain.toReversed()) expect(await own.has(node)).toBe(true);
  expect(rows.reads).toBe(ANCESTORS_MAX - 1);
  own.forget();
  for (const node of chain.slice(-1)) expect(await own.has(node)).toBe(true);
  expect(rows.reads).toBe(2 * (ANCESTORS_MAX - 1));
});

test('a way has an end, and what is deeper is not there, in whichever order it is asked for', async () => {
  const rows = new Rows();
  const chain = rows.addChain(10, OWN_ANCESTORS_MAX + 3, rootNodeId(HOME));
  for (const asked of [chain, chain.toReversed()]) {
    rows.reads = 0;
    const own = rows.own(ofHome);
    for (const node of asked) {
      expect(await own.has(node)).toBe(chain.indexOf(node) < OWN_ANCESTORS_MAX);
    }
    expect(rows.reads).toBeLessThan(5 * OWN_ANCESTORS_MAX);
  }
});

test('rows in a circle are of no namespace, and are not walked for ever', async () => {
  const rows = new Rows();
  const [one, other] = [row(10, NodeId.parse(idOf(11))), row(11, NodeId.parse(idOf(10)))];
  rows.add(one, other);
  expect(await rows.own(ofHome).has(one)).toBe(false);
  expect(rows.reads).toBeLessThanOrEqual(OWN_ANCESTORS_MAX);
});
