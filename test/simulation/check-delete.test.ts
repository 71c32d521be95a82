import { beforeEach, describe, expect, test } from '@jest/globals';
import { AccountId, ContentHash, DeviceId, NamespaceId, type Node, rootNodeId } from '@syncline/protocol';
import type { StoredNode } from '../../lambdas/namespaces/namespace-store.ts';
import {
  CHANGED_AT,
  emptyTransaction,
  entryOf,
  fileNode,
  freshId,
  type Home,
  revisionOf,
} from '../conformance/namespace-fixture.ts';
import { Chance } from './chance.ts';
import { checkDelete } from './check-delete.ts';
import { ContentLedger, contentHashOf } from './content-ledger.ts';
import { DeviceDisk } from './device-disk.ts';
import { Faults } from './faults.ts';
import { JournalOracle } from './journal-oracle.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { START_MS, Stage } from './stage.ts';

/** A device and the journal of its namespace, before anything has happened. */
class Scene {
  readonly disk: DeviceDisk;
  readonly #stage: Stage;
  readonly #ledger: ContentLedger;
  readonly #oracle: JournalOracle;
  readonly #home: Home;
  readonly #nodes = new Map<string, StoredNode>();

  constructor() {
    const chance = new Chance('a delete');
    const scheduler = new Scheduler({ chance, startMs: START_MS });
    this.#stage = new Stage({ scheduler, chance, faults: new Faults(chance, new Set()), isTraced: false });
    this.#ledger = new ContentLedger(this.#stage);
    const namespaceId = NamespaceId.parse(freshId());
    const [accountId, deviceId] = [AccountId.parse(freshId()), DeviceId.parse(freshId())];
    this.#home = { namespaceId, accountId, deviceId, root: rootNodeId(namespaceId), batch: freshId() };
    this.#oracle = new JournalOracle(this.#stage, this.#ledger, namespaceId);
    this.disk = new DeviceDisk(
      { stage: this.#stage, ledger: this.#ledger },
      { deviceId, clock: new SimulatedClock(scheduler) },
    );
  }

  /** The device's person writes a file, and it is sent. */
  writeHere(name: string, text: string): void {
    this.disk.write(name, text);
    this.#commit(name, { text });
  }

  /** Another device changes a file at the service, and this one has not heard of it. */
  writeElsewhere(name: string, text: string): void {
    this.#ledger.written(text, 'another device');
    this.#commit(name, { text });
  }

  removeElsewhere(name: string): void {
    this.#commit(name, 'removed');
  }

  /** What is found wrong when the device deletes the file that the service has under this name. */
  deleteAtService(name: string, isFromBefore = false): string | undefined {
    const node = this.#nodes.get(name);
    checkDelete(
      { stage: this.#stage, ledger: this.#ledger },
      {
        name: 'device 1',
        member: { deviceId: this.#home.deviceId },
        disk: this.disk,
        roundBeganAt: this.#stage.scheduler.events,
      },
      { oracle: this.#oracle, files: node === undefined ? [] : this.#oracle.filesBelow(node.nodeId), isFromBefore },
    );
    return this.#stage.violation?.message;
  }

  #commit(name: string, change: { readonly text: string } | 'removed'): void {
    const before = this.#nodes.get(name);
    const rev = (before?.rev ?? 0) + 1;
    const changed: Partial<Node> =
      change === 'removed'
        ? { deletedAt: CHANGED_AT }
        : { contentRev: rev, contentHash: ContentHash.parse(contentHashOf(change.text)) };
    const node = fileNode(this.#home, { name, ...before, rev, ...changed });
    const { contentHash = ContentHash.parse(contentHashOf('')) } = node;
    this.#nodes.set(name, node);
    this.#oracle.apply({
      ...emptyTransaction(this.#home, this.#oracle.entries.length),
      entries: [entryOf(this.#home, this.#oracle.entries.length + 1, node)],
      nodes: [{ node, expectedRev: rev - 1 }],
      revisions: change === 'removed' ? [] : [{ ...revisionOf(this.#home, node), contentHash }],
    });
  }
}

const STANDS_THERE = /^I-15 .* deletes c with "text", which stands on its disk$/;

describe('a delete of a file', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
    scene.writeHere('c', 'text');
  });

  test('is wrong while the file stands there', () => {
    expect(scene.deleteAtService('c')).toMatch(STANDS_THERE);
  });

  test('is right though it stands there again, when a process has asked for it that has ended since', () => {
    expect(scene.deleteAtService('c', true)).toBeUndefined();
  });

  test('is right once it is gone', () => {
    scene.disk.remove('c');
    expect(scene.deleteAtService('c')).toBeUndefined();
  });

  test('is wrong while it stands there, though another file has had its content once', () => {
    scene.writeHere('b', 'text');
    scene.writeElsewhere('b', 'written elsewhere');
    expect(scene.deleteAtService('c')).toMatch(STANDS_THERE);
  });

  test('is wrong where a new file of its content was moved there, which is how programs save', () => {
    scene.disk.write('new', 'text');
    scene.disk.rename('new', 'c');
    expect(scene.deleteAtService('c')).toMatch(STANDS_THERE);
  });

  test.each([
    ['as it is', () => undefined],
    ['written to by another device', () => scene.writeElsewhere('b', 'written elsewhere')],
    ['removed by another device', () => scene.removeElsewhere('b')],
  ])('is right where a copy of it was moved there, which is at the service %s', (_, happens) => {
    scene.writeHere('b', 'text');
    scene.disk.rename('b', 'c');
    happens();
    expect(scene.deleteAtService('c')).toBeUndefined();
  });

  test('is right where a file was moved there that the service has, and that has got its content on this disk alone', () => {
    scene.writeHere('b', 'before');
    scene.disk.write('b', 'text');
    scene.disk.rename('b', 'c');
    expect(scene.deleteAtService('c')).toBeUndefined();
  });

  test('is wrong where a new file was moved there that has got its content on this disk alone', () => {
    scene.disk.write('new', 'before');
    scene.disk.write('new', 'text');
    scene.disk.rename('new', 'c');
    expect(scene.deleteAtService('c')).toMatch(STANDS_THERE);
  });
});
