import { expect, test } from '@jest/globals';
import { ContentHash, packManifest } from '@syncline/protocol';
import { emptyTransaction, fileNode, openHome, putFiles } from '../../test/conformance/namespace-fixture.ts';
import { chunkOf, sha256Hex, textBytes } from '../../test/support/in-memory-member.ts';
import { createInMemoryStores } from '../../test/support/in-memory-stores.ts';
import type { StreamRecord } from '../runtime/stream-records.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { createProjectHandler, type ProjectedEntry } from './create-project-handler.ts';
import { ENTRIES_AT_ONCE } from './limits.ts';

const DOMAIN = 'shared';

/** A namespace with files in its journal, and the consumer of its stream. */
async function openJournal(count: number) {
  const stores = createInMemoryStores();
  const home = await openHome(stores);
  const commit = async (from: number, to: number) => {
    for (let seq = from; seq < to; seq++) {
      const manifest = packManifest([chunkOf(textBytes(`chunk ${seq}`))]);
      const transaction = putFiles(home, seq, [fileNode(home, { name: `file ${seq}` })]);
      const revisions = transaction.revisions.map((revision) => ({
        ...revision,
        manifest,
        contentHash: ContentHash.parse(sha256Hex(manifest)),
      }));
      expect(await stores.namespaces.commit({ ...transaction, revisions })).toEqual({ kind: 'committed' });
    }
  };
  await commit(0, count);
  const consume = createProjectHandler({
    ...stores,
    indexTasks: undefined,
    decodeEntry: (image) => {
      if (image === undefined) throw new TypeError('this is no entry');
      return image as ProjectedEntry;
    },
  });
  const record = (seq: number | undefined): StreamRecord => ({
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: `${seq}`,
      NewImage: seq === undefined ? undefined : { namespaceId: home.namespaceId, epoch: 1, seq },
    },
  });
  return {
    stores,
    home,
    commit,
    deliver: async (seqs: readonly (number | undefined)[]) =>
      (await consume({ Records: seqs.map(record) }, { awsRequestId: 'r' })).batchItemFailures,
    referenced: async () => {
      const found: number[] = [];
      for (let seq = 0; seq < 200; seq++) {
        const { hash } = chunkOf(textBytes(`chunk ${seq}`));
        if (await stores.references.isReferenced(DOMAIN, hash)) found.push(seq);
      }
      return found;
    },
  };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('one record of the stream is enough for all entries before it, whichever were lost', async () => {
  const count = 2 * ENTRIES_AT_ONCE + 3;
  const { deliver, referenced, commit } = await openJournal(count);
  expect(await deliver([count])).toEqual([]);
  expect(await referenced()).toEqual(upTo(count));
  await commit(count, count + 2);
  expect(await deliver([count + 2, count + 1, count + 2])).toEqual([]);
  expect(await referenced()).toEqual(upTo(count + 2));
});

test('a record that cannot be read is reported, and what stands beside it is projected', async () => {
  const { deliver, referenced, stores } = await openJournal(2);
  expect(await deliver([1, undefined, 2])).toEqual([{ itemIdentifier: 'undefined' }]);
  expect(await referenced()).toEqual([0, 1]);
  expect(stores.telemetry.counts.get('recordsPoisoned')).toBe(1);
});

test('a namespace that cannot be projected is reported, keeps its position, and is projected by a later record', async () => {
  const { deliver, referenced, stores, home } = await openJournal(3);
  const add = stores.references.add.bind(stores.references);
  stores.references.add = async () => {
    throw new UnavailableError('no answer');
  };
  expect(await deliver([1, 2, 3])).toEqual([{ itemIdentifier: '1' }]);
  expect(await stores.references.getPosition(home.namespaceId)).toBeUndefined();
  stores.references.add = add;
  expect(await deliver([3])).toEqual([]);
  expect(await referenced()).toEqual([0, 1, 2]);
});

/** What a journal tells that does not reach back, or of which an entry is not to be seen yet. */
const HOLES = [
  ['nothing', (_seq: number) => false, 0],
  ['nothing but what comes later', (seq: number) => seq > 1, 0],
  ['nothing behind its first entries', (seq: number) => seq <= ENTRIES_AT_ONCE, ENTRIES_AT_ONCE],
] as const;

test.each(HOLES)(
  'a position never passes an entry that was not projected: where the journal tells %s, the record is reported',
  async (_what, isTold, reached) => {
    const count = ENTRIES_AT_ONCE + 2;
    const { deliver, referenced, stores, home } = await openJournal(count);
    const listEntries = stores.namespaces.listEntries.bind(stores.namespaces);
    stores.namespaces.listEntries = async (page) => (await listEntries(page)).filter(({ seq }) => isTold(seq));
    expect(await deliver([count])).toEqual([{ itemIdentifier: `${count}` }]);
    const position = reached === 0 ? undefined : { epoch: 1, seq: reached };
    expect(await stores.references.getPosition(home.namespaceId)).toEqual(position);
    stores.namespaces.listEntries = listEntries;
    expect(await deliver([count])).toEqual([]);
    expect(await referenced()).toEqual(upTo(count));
  },
);

test('a change makes what is left in its ground be settled; what fails of that is told, and holds up no record', async () => {
  const { deliver, referenced, stores, home, commit } = await openJournal(1);
  expect(await deliver([1])).toEqual([]);
  const { namespaceId } = home;
  const [entry] = await stores.namespaces.listEntries({ namespaceId, after: 0, limit: 1 });
  const { nodeId } = entry?.node ?? fileNode(home, { name: 'file' });
  const gone = { ...emptyTransaction(home, 1), dropped: [{ nodeId, rev: 1 }] };
  expect(await stores.namespaces.commit(gone)).toEqual({ kind: 'committed' });
  const list = stores.remainders.list.bind(stores.remainders);
  stores.remainders.list = async () => {
    throw new UnavailableError('no answer');
  };
  await commit(1, 2);
  expect(await deliver([2])).toEqual([]);
  expect(stores.telemetry.invocations.at(-1)).toMatchObject({ status: 207, code: 'internal' });
  expect(await referenced()).toEqual([0, 1]);
  stores.remainders.list = list;
  expect(await deliver([2])).toEqual([]);
  expect(await referenced()).toEqual([1]);
  expect(await stores.remainders.list(namespaceId, 1)).toEqual([]);
});
