import { describe, expect, test } from '@jest/globals';
import { handlersSyncService } from '../support/handlers-sync-service.ts';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';
import { modelSyncService, SyncDevice, type SyncService } from '../support/sync-world.ts';

/** Each story is told twice: with the model as the service, and with the real handlers. */
const services: readonly (readonly [string, () => SyncService])[] = [
  ['the model', () => modelSyncService()],
  ['the handlers', () => handlersSyncService()],
];

interface Story {
  readonly before?: (files: MemoryFileSystem) => void;
  readonly a: (files: MemoryFileSystem) => void;
  readonly b: (files: MemoryFileSystem) => void;
  /** What both have in the end; a conflicted copy of device 2 is told as `NAME*`. */
  readonly end: Readonly<Record<string, string | null>>;
}

const stories: Readonly<Record<string, Story>> = {
  'edits of different files meet': {
    before: (files) => {
      files.write('one', '1');
      files.write('two', '2');
    },
    a: (files) => files.write('one', '1a'),
    b: (files) => files.write('two', '2b'),
    end: { one: '1a', two: '2b' },
  },
  'a delete does not beat an edit that it has not seen': {
    before: (files) => {
      files.mkdir('d');
      files.write('d/x', '1');
      files.write('d/y', '1');
    },
    a: (files) => files.remove('d'),
    b: (files) => files.write('d/x', '2'),
    end: { d: null, 'd/x': '2' },
  },
  'an edit that comes first is not beaten by a delete that comes later': {
    before: (files) => {
      files.mkdir('d');
      files.write('d/x', '1');
      files.write('d/y', '1');
    },
    a: (files) => files.write('d/x', '2'),
    b: (files) => files.remove('d'),
    end: { d: null, 'd/x': '2' },
  },
  'new files in a folder that was deleted elsewhere stay': {
    before: (files) => {
      files.mkdir('d');
      files.write('d/old', '1');
    },
    a: (files) => files.remove('d'),
    b: (files) => {
      files.mkdir('d/sub');
      files.write('d/sub/new', 'n');
    },
    end: { d: null, 'd/sub': null, 'd/sub/new': 'n' },
  },
  'both edit one file': {
    before: (files) => files.write('f.txt', '1'),
    a: (files) => files.write('f.txt', 'a'),
    b: (files) => files.write('f.txt', 'b'),
    end: { 'f.txt': 'a', 'f*.txt': 'b' },
  },
  'both make the same edit': {
    before: (files) => files.write('f', '1'),
    a: (files) => files.write('f', 'same'),
    b: (files) => files.write('f', 'same'),
    end: { f: 'same' },
  },
  'both make the same path with the same bytes': {
    a: (files) => {
      files.mkdir('d');
      files.write('d/f', 'same');
    },
    b: (files) => {
      files.mkdir('d');
      files.write('d/f', 'same');
      files.write('d/g', 'b');
    },
    end: { d: null, 'd/f': 'same', 'd/g': 'b' },
  },
  'both make the same path with different bytes': {
    a: (files) => {
      files.mkdir('d');
      files.write('d/f', 'a');
    },
    b: (files) => {
      files.mkdir('d');
      files.write('d/f', 'b');
    },
    end: { d: null, 'd/f': 'a', 'd/f*': 'b' },
  },
  'one makes a file where the other makes a folder': {
    a: (files) => {
      files.mkdir('n');
      files.write('n/x', 'a');
    },
    b: (files) => files.write('n', 'b'),
    end: { n: null, 'n/x': 'a', 'n*': 'b' },
  },
  'one makes a folder where the other makes a file': {
    a: (files) => files.write('n', 'a'),
    b: (files) => {
      files.mkdir('n');
      files.write('n/x', 'b');
    },
    end: { n: 'a', 'n*': null, 'n*/x': 'b' },
  },
  'both rename one file differently: the first stands': {
    before: (files) => files.write('f', '1'),
    a: (files) => files.rename('f', 'by a'),
    b: (files) => files.rename('f', 'by b'),
    end: { 'by a': '1' },
  },
  'a rename and an edit of one file meet': {
    before: (files) => files.write('f', '1'),
    a: (files) => files.rename('f', 'g'),
    b: (files) => files.write('f', '2'),
    end: { g: '2' },
  },
  'a folder is moved while its content is edited elsewhere': {
    before: (files) => {
      files.mkdir('d');
      files.write('d/x', '1');
      files.mkdir('e');
    },
    a: (files) => files.rename('d', 'e/d'),
    b: (files) => {
      files.write('d/x', '2');
      files.write('d/y', 'new');
    },
    end: { e: null, 'e/d': null, 'e/d/x': '2', 'e/d/y': 'new' },
  },
  'a is moved into b while b is moved into a: the first stands': {
    before: (files) => {
      files.mkdir('a');
      files.mkdir('b');
      files.write('a/x', 'x');
      files.write('b/y', 'y');
    },
    a: (files) => files.rename('a', 'b/a'),
    b: (files) => files.rename('b', 'a/b'),
    end: { b: null, 'b/a': null, 'b/a/x': 'x', 'b/y': 'y' },
  },
  'two folders change their names with each other': {
    before: (files) => {
      files.mkdir('a');
      files.mkdir('b');
      files.write('a/x', 'x');
      files.write('b/y', 'y');
    },
    a: (files) => {
      files.rename('a', 't');
      files.rename('b', 'a');
      files.rename('t', 'b');
    },
    b: (files) => files.write('a/x', 'edited'),
    end: { a: null, 'a/y': 'y', b: null, 'b/x': 'edited' },
  },
  'two files change their names with each other': {
    before: (files) => {
      files.write('a', '1');
      files.write('b', '2');
    },
    a: (files) => {
      files.rename('a', 't');
      files.rename('b', 'a');
      files.rename('t', 'b');
    },
    b: (files) => files.write('c', '3'),
    end: { a: '2', b: '1', c: '3' },
  },
  'a name changes only its case': {
    before: (files) => {
      files.write('readme', '1');
      files.mkdir('d');
    },
    a: (files) => {
      files.rename('readme', 'README');
      files.rename('d', 'D');
    },
    b: (files) => files.write('d/x', 'x'),
    end: { README: '1', D: null, 'D/x': 'x' },
  },
  'a file becomes a folder, and a folder a file': {
    before: (files) => {
      files.write('f', '1');
      files.mkdir('d');
      files.write('d/x', 'x');
    },
    a: (files) => {
      files.remove('f');
      files.mkdir('f');
      files.write('f/in', 'i');
      files.remove('d');
      files.write('d', 'd');
    },
    b: () => undefined,
    end: { f: null, 'f/in': 'i', d: 'd' },
  },
  'a file is rescued from a folder that is deleted elsewhere': {
    before: (files) => {
      files.mkdir('d');
      files.write('d/x', 'x');
      files.write('d/y', 'y');
    },
    a: (files) => files.remove('d'),
    b: (files) => files.rename('d/x', 'x'),
    end: { x: 'x' },
  },
  'an editor saves by renaming': {
    before: (files) => files.write('doc', '1'),
    a: (files) => {
      files.write('doc.tmp', '2');
      files.rename('doc.tmp', 'doc');
    },
    b: () => undefined,
    end: { doc: '2' },
  },
};

describe.each(services)('two devices and %s', (_, open) => {
  test.each(Object.entries(stories))('%s', async (_name, story) => {
    const service = open();
    const [a, b] = [new SyncDevice(service, 1), new SyncDevice(service, 2)];
    const exchange = async () => {
      for (const device of [a, b, a, b]) expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
    };
    story.before?.(a.files);
    await exchange();
    story.a(a.files);
    story.b(b.files);

    await exchange();

    expect(a.files.tree()).toEqual(b.files.tree());
    expect(await service.tree()).toEqual(a.files.tree());
    expect(told(a.files.tree())).toEqual(story.end);
    const head = await service.head();
    await exchange();
    expect(await service.head()).toBe(head);
  });

  test('the first link of a folder with content and a namespace with content merges, and deletes nothing', async () => {
    const service = open();
    const [a, b] = [new SyncDevice(service, 1), new SyncDevice(service, 2)];
    a.files.mkdir('both');
    a.files.write('both/same', 'same');
    a.files.write('both/different', 'a');
    a.files.write('only a', 'a');
    await a.sync();
    b.files.mkdir('both');
    b.files.write('both/same', 'same');
    b.files.write('both/different', 'b');
    b.files.write('only b', 'b');
    const outcome = await b.sync();
    expect(outcome).toMatchObject({ kind: 'rested', counts: { downloaded: 2 } });
    expect(told(b.files.tree())).toEqual({
      both: null,
      'both/same': 'same',
      'both/different': 'a',
      'both/different*': 'b',
      'only a': 'a',
      'only b': 'b',
    });
  });

  test('a commit whose answer is lost is found again, and nothing is there twice', async () => {
    const service = open();
    const [a, b] = [new SyncDevice(service, 1), new SyncDevice(service, 2)];
    a.files.write('f.txt', '1');
    await a.sync();
    await b.sync();
    a.files.write('f.txt', 'a');
    await a.sync();
    b.files.write('f.txt', 'b');
    b.files.mkdir('d');
    b.files.write('d/new', 'n');
    b.files.rename('f.txt', 'g.txt');
    for (let lost = 0; lost < 6; lost++) {
      b.faults.onCommit = (moment) => {
        if (moment === 'after') throw new Error('the answer is lost');
      };
      await b.sync().catch(() => undefined);
    }
    b.faults.onCommit = undefined;
    for (const device of [b, a, b]) expect((await device.sync()).kind).toBe('rested');
    expect(told(b.files.tree())).toEqual({ 'g.txt': 'a', 'g*.txt': 'b', d: null, 'd/new': 'n' });
    expect(b.files.tree().size).toBe(4);
    expect(a.files.tree()).toEqual(b.files.tree());
  });
});

/** A tree as a story tells it: copies by a star, folders as null. */
function told(tree: ReadonlyMap<string, string | undefined>): Readonly<Record<string, string | null>> {
  const plain = (path: string) => path.replaceAll(/ \(conflicted copy from device 2 [^)]*\)/g, '*');
  return Object.fromEntries([...tree].map(([path, text]) => [plain(path), text ?? null]));
}
