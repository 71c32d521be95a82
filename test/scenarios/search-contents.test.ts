import { beforeEach, describe, expect, test } from '@jest/globals';
import { createExtractHandler } from '../../lambdas/extraction/create-extract-handler.ts';
import { extractContent } from '../../lambdas/extraction/extract-content.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { applyDocuments } from '../../lambdas/search/apply-documents.ts';
import { ContentsWorld } from '../support/contents-world.ts';
import type { Member } from '../support/in-memory-member.ts';
import { receivedMessage } from '../support/received-message.ts';
import { inside } from '../support/shared-world.ts';

let world: ContentsWorld;
let ann: Member;
let bob: Member;

beforeEach(async () => {
  world = new ContentsWorld();
  ann = await world.person('ann');
  bob = await world.person('bob');
});

describe('a file is found by words of its content', () => {
  test('with the passage where they stand, and together with words of its name', async () => {
    await world.put(ann, { name: 'letter.txt', text: 'The harbour was frozen.' });
    expect(await world.settle()).toEqual(['read']);
    const answer = await world.search(ann, 'letter harbour ');
    expect(answer).toMatchObject({ total: 1, covers: 'names-and-contents', hits: [{ path: '/letter.txt' }] });
    expect(answer.hits[0]?.passages).toEqual([
      [
        { text: 'The ', isMatch: false },
        { text: 'harbour', isMatch: true },
        { text: ' was frozen.', isMatch: false },
      ],
    ]);
  });

  test('edits and deletes follow, and what comes back is found again', async () => {
    const { node } = await world.put(ann, { name: 'a.txt', text: 'first words' });
    await world.settle();
    const { nodeId } = node;
    const { node: edited } = await world.put(ann, { name: 'a.txt', text: 'second words', nodeId, baseRev: node.rev });
    await world.followJournals();
    // Not read yet: the old text is not told of the new content.
    expect(await world.pathsOf(ann, 'first ')).toEqual([]);
    await world.settle();
    expect(await world.pathsOf(ann, 'second ')).toEqual(['/a.txt']);
    await world.must(ann, { type: 'delete', nodeId, baseRev: edited.rev });
    await world.settle();
    expect(await world.pathsOf(ann, 'second ')).toEqual([]);
    expect(await world.pathsOf(ann, 'second ', { trashed: 'true' })).toEqual(['/a.txt']);
    await world.must(ann, { type: 'restore', nodeId });
    await world.settle();
    expect(await world.pathsOf(ann, 'second ')).toEqual(['/a.txt']);
    expect(world.reads).toHaveLength(2);
  });

  test('renames, moves, and moves of a folder above read nothing again', async () => {
    const folder = await world.mkdir(ann, 'in');
    const { node } = await world.put(ann, { name: 'a.txt', text: 'kept words', parentId: folder.nodeId });
    await world.settle();
    const { nodeId, parentId } = node;
    await world.must(ann, { type: 'move', nodeId, parentId, name: 'b.bin', baseRev: node.rev });
    await world.settle();
    await world.must(ann, { type: 'move', nodeId: folder.nodeId, parentId: folder.parentId, name: 'out', baseRev: 1 });
    await world.settle();
    expect(await world.pathsOf(ann, 'kept ')).toEqual(['/out/b.bin']);
    expect(world.reads).toHaveLength(1);
  });

  test('a copy is read once for its namespace', async () => {
    await world.put(ann, { name: 'a.txt', text: 'same words' });
    await world.settle();
    await world.put(ann, { name: 'b.txt', text: 'same words' });
    expect(await world.settle()).toEqual(['kept']);
    expect(await world.pathsOf(ann, 'same ')).toEqual(['/a.txt', '/b.txt']);
    expect(world.reads).toHaveLength(1);
  });

  test('what lies in a shared folder is found by its members alone, and what is equal in two namespaces is read for each', async () => {
    await world.put(ann, { name: 'mine.txt', text: 'payroll of all' });
    const namespaceId = await world.shareNew(ann, 'team');
    const laptop = await world.device('laptop', 'ann');
    await world.put(inside(laptop, namespaceId), { name: 'ours.txt', text: 'payroll of all' });
    await world.settle();
    expect(await world.pathsOf(ann, 'payroll ')).toEqual(['/mine.txt', '/ours.txt']);
    expect(await world.search(bob, 'payroll ')).toMatchObject({ hits: [], total: 0, facets: { types: [] } });
    await world.welcome(ann, bob, { namespaceId });
    expect(await world.pathsOf(bob, 'payroll ')).toEqual(['/ours.txt']);
    expect(new Set(world.reads.map((read) => read.namespaceId))).toEqual(new Set([ann.namespaceId, namespaceId]));
  });
});

describe('a content without a text', () => {
  test('is marked with the reason, found by its name, and not read again', async () => {
    const { node } = await world.put(ann, { name: 'broken.pdf', text: '%PDF-1.7 and nothing of it' });
    await world.put(ann, { name: 'bytes.bin', text: '\u0000\u0001\u0002' });
    expect((await world.settle()).toSorted()).toEqual(['unread', 'unread']);
    const unread = world.stores.index.documents().map(({ name, text }) => `${name}: ${text?.unread}`);
    expect(unread.toSorted()).toEqual(['broken.pdf: damaged', 'bytes.bin: no-text']);
    const { nodeId, parentId } = node;
    await world.must(ann, { type: 'move', nodeId, parentId, name: 'renamed.pdf', baseRev: node.rev });
    expect(await world.settle()).toEqual([]);
    expect(await world.pathsOf(ann, 'renamed ')).toEqual(['/renamed.pdf']);
    expect(world.reads).toHaveLength(1);
  });

  test('that is empty is no task', async () => {
    await world.put(ann, { name: 'empty.txt', text: '' });
    expect(await world.settle()).toEqual([]);
  });
});

describe('tasks', () => {
  test('that come twice, late, or for what is gone do no harm', async () => {
    const { node } = await world.put(ann, { name: 'a.txt', text: 'first words' });
    await world.followJournals();
    const [task] = world.stores.contentQueue.takeTasks();
    if (task === undefined) throw new Error('there is a task');
    expect(await world.extract(task)).toBe('read');
    expect(await world.extract(task)).toBe('kept');
    const { nodeId } = node;
    const edit = { name: 'a.txt', text: 'second words', nodeId, baseRev: node.rev };
    const { node: edited } = await world.put(ann, edit);
    // The journal was not followed yet: the task finds what is there by now.
    expect(await world.extract(task)).toBe('read');
    await world.settle();
    expect(await world.pathsOf(ann, 'second ')).toEqual(['/a.txt']);
    expect(await world.pathsOf(ann, 'first ')).toEqual([]);
    await world.must(ann, { type: 'delete', nodeId, baseRev: edited.rev });
    const { entries } = await world.call(ann, 'listTrash', { query: { namespaceId: ann.namespaceId } });
    await world.must(ann, { type: 'purge', nodeId, deletedAt: entries[0]?.deletedAt ?? '' });
    expect(await world.extract(task)).toBe('gone');
    await world.settle();
    expect(world.stores.index.documents()).toEqual([]);
  });

  test('whose file changes while it is read tell nothing of the old content', async () => {
    const { node } = await world.put(ann, { name: 'a.txt', text: 'first words' });
    await world.followJournals();
    const [task] = world.stores.contentQueue.takeTasks();
    if (task === undefined) throw new Error('there is a task');
    const { reader, ...dependencies } = world.extracting;
    const slow = {
      read: async (content: Parameters<typeof reader.read>[0]) => {
        await world.put(ann, { name: 'a.txt', text: 'second words', nodeId: node.nodeId, baseRev: node.rev });
        return reader.read(content);
      },
    };
    expect(await extractContent({ ...dependencies, reader: slow }, task)).toBe('gone');
    await world.settle();
    expect(await world.pathsOf(ann, 'first ')).toEqual([]);
    expect(await world.pathsOf(ann, 'second ')).toEqual(['/a.txt']);
  });

  describe('whose file changes while its text is written', () => {
    /** Does something after each write of the index. */
    const extractWith = async (afterWrite: (writes: number) => Promise<unknown>) => {
      const [task] = world.stores.contentQueue.takeTasks();
      if (task === undefined) throw new Error('there is a task');
      const { index, ...dependencies } = world.extracting;
      let writes = 0;
      const apply: typeof index.apply = async (changes) => {
        await index.apply(changes);
        await afterWrite(++writes);
      };
      const watched = { apply, describeTexts: index.describeTexts.bind(index), findText: index.findText.bind(index) };
      const outcome = await extractContent({ ...dependencies, index: watched }, task).catch((error: unknown) => error);
      return { outcome, writes };
    };
    const indexed = () => world.stores.index.documents().map(({ name, text }) => [name, text?.text]);

    test('have it beside what the file is afterwards, though nobody follows the journal', async () => {
      const { node } = await world.put(ann, { name: 'a.txt', text: 'some words' });
      await world.followJournals();
      const { nodeId, parentId, rev: baseRev } = node;
      const { outcome, writes } = await extractWith(async (done) => {
        if (done === 1) await world.must(ann, { type: 'move', nodeId, parentId, name: 'renamed.txt', baseRev });
      });
      expect([outcome, writes]).toEqual(['read', 2]);
      expect(indexed()).toEqual([['renamed.txt', 'some words']]);
    });

    test('are written once when only others have changed', async () => {
      await world.put(ann, { name: 'a.txt', text: 'some words' });
      await world.followJournals();
      const { outcome, writes } = await extractWith(() => world.mkdir(ann, 'other'));
      expect([outcome, writes]).toEqual(['read', 1]);
    });

    test('leave a content that is another one by then to whoever follows the journal', async () => {
      const { node } = await world.put(ann, { name: 'a.txt', text: 'first words' });
      await world.followJournals();
      const edit = { name: 'a.txt', text: 'second words', nodeId: node.nodeId, baseRev: node.rev };
      const { outcome, writes } = await extractWith(() => world.put(ann, edit));
      expect([outcome, writes]).toEqual(['read', 1]);
      await world.followJournals();
      expect(indexed()).toEqual([['a.txt', undefined]]);
      await world.settle();
    });

    test('come again when it changes faster than it is written', async () => {
      const { node } = await world.put(ann, { name: 'a.txt', text: 'some words' });
      await world.followJournals();
      const { nodeId, parentId } = node;
      const { outcome } = await extractWith((done) =>
        world.must(ann, { type: 'move', nodeId, parentId, name: `${done}.txt`, baseRev: node.rev + done - 1 }),
      );
      expect(outcome).toBeInstanceOf(UnavailableError);
    });
  });

  test('a task that was put aside is done when it is sent again, whatever its file is by then', async () => {
    const { node } = await world.put(ann, { name: 'a.txt', text: 'some words' });
    await world.followJournals();
    const bodies = world.stores.contentQueue.takeTasks().map((task) => JSON.stringify(task));
    const records = bodies.map((body, index) => receivedMessage(`m${index}`, body));
    const { clock, telemetry, contentQueue: queue } = world.stores;
    const away = { read: () => Promise.reject(new UnavailableError('the reader is away')) };
    const context = { awsRequestId: 'request' };
    const failing = createExtractHandler({ ...world.extracting, queue, reader: away, clock, telemetry });
    expect((await failing({ Records: records }, context)).batchItemFailures).toHaveLength(1);
    const { nodeId, parentId, rev: baseRev } = node;
    await world.must(ann, { type: 'move', nodeId, parentId, name: 'renamed.txt', baseRev });
    await world.followJournals();
    world.stores.contentQueue.takeTasks();
    // As a redrive does it.
    const handler = createExtractHandler({ ...world.extracting, queue, clock, telemetry });
    expect(await handler({ Records: records }, context)).toEqual({ batchItemFailures: [] });
    expect(await world.pathsOf(ann, 'words ')).toEqual(['/renamed.txt']);
  });

  test('a text that is written over by somebody who had not seen it is written again', async () => {
    await world.put(ann, { name: 'a.txt', text: 'some words' });
    await world.followJournals();
    const { index } = world.stores;
    const [unseen] = index.documents();
    if (unseen === undefined) throw new Error('the file is indexed');
    const version = 2 ** 50;
    const [task] = world.stores.contentQueue.takeTasks();
    if (task === undefined) throw new Error('there is a task');
    await world.extract(task);
    const late = {
      describeTexts: async () => new Map(),
      apply: index.apply.bind(index),
      getTexts: index.getTexts.bind(index),
    };
    const contents = world.stores.contentQueue;
    await applyDocuments({ index: late, contents }, [{ kind: 'put', version, document: unseen }]);
    expect(await world.pathsOf(ann, 'words ')).toEqual([]);
    expect(contents.takeTasks()).toEqual([task]);
  });

  test('one that fails is reported by itself and comes again; what is no task is too', async () => {
    await world.put(ann, { name: 'a.txt', text: 'first words' });
    await world.put(ann, { name: 'b.txt', text: 'second words' });
    await world.followJournals();
    const [first, second] = world.stores.contentQueue.takeTasks().map((task) => JSON.stringify(task));
    const { clock, telemetry, contentQueue: queue } = world.stores;
    const failing = new Set(['first words']);
    const reader = {
      read: async (content: Parameters<typeof world.reader.read>[0]) => {
        if (failing.has(Buffer.from(content.bytes).toString())) throw new UnavailableError('the reader is away');
        return world.reader.read(content);
      },
    };
    const handler = createExtractHandler({ ...world.extracting, queue, reader, clock, telemetry });
    const records = [first, second, 'no task'].map((body, index) =>
      receivedMessage(`m${index}`, body ?? '', { receives: 3 }),
    );
    const context = { awsRequestId: 'request' };
    const { batchItemFailures } = await handler({ Records: records }, context);
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted()).toEqual(['m0', 'm2']);
    // Each failed for the third time.
    expect(new Map(queue.hidden)).toEqual(
      new Map([
        ['receipt of m0', 8],
        ['receipt of m2', 8],
      ]),
    );
    expect(await world.pathsOf(ann, 'words ')).toEqual(['/b.txt']);
    failing.clear();
    expect(await handler({ Records: records.slice(0, 1) }, context)).toEqual({ batchItemFailures: [] });
    expect(await world.pathsOf(ann, 'words ')).toEqual(['/a.txt', '/b.txt']);
  });
});
