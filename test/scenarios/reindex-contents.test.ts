import { beforeEach, expect, test } from '@jest/globals';
import type { ContentQueue, ContentTask } from '../../lambdas/extraction/content-task.ts';
import { MemoryJournalPositions } from '../../lambdas/journal/memory-journal-positions.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { generationName } from '../../lambdas/search/index-definition.ts';
import type { IndexGenerations } from '../../lambdas/search/index-generations.ts';
import { MemoryIndexGenerations } from '../../lambdas/search/memory-index-generations.ts';
import { rebuildIndex, refreshNamespace } from '../../lambdas/search/rebuild-index.ts';
import { ContentsWorld } from '../support/contents-world.ts';
import type { Member } from '../support/in-memory-member.ts';

interface Rebuild {
  readonly isForced?: boolean;
  readonly generations?: IndexGenerations;
  readonly contents?: ContentQueue;
}

/** Contents are read for the index that serves, whichever that is. */
class RebuiltWorld extends ContentsWorld {
  generations = new MemoryIndexGenerations(generationName(1));
  readonly #positions = new Map<string, MemoryJournalPositions>();

  override get index() {
    return this.generations;
  }

  rebuild({ isForced = true, generations = this.generations, contents = this.stores.contentQueue }: Rebuild = {}) {
    const { namespaces, clock, telemetry: meter } = this.stores;
    const positionsOf = (name: string) => {
      const known = this.#positions.get(name) ?? new MemoryJournalPositions();
      this.#positions.set(name, known);
      return known;
    };
    const dependencies = { namespaces, generations, positionsOf, contents, clock, meter };
    return rebuildIndex(dependencies, { isForced, tell: () => undefined });
  }

  /** The indexer has made an empty one since. */
  loseIndex(): void {
    this.generations = new MemoryIndexGenerations(generationName(1));
    this.#positions.clear();
  }

  async extractAll(tasks: readonly ContentTask[] = this.stores.contentQueue.takeTasks()): Promise<void> {
    for (const task of tasks) await this.extract(task);
  }

  /** What the index that serves has of each file. */
  texts(): Readonly<Record<string, string | undefined>> {
    return Object.fromEntries(this.generations.serving.documents().map(({ name, text }) => [name, text?.text]));
  }
}

let world: RebuiltWorld;
let ann: Member;

beforeEach(async () => {
  world = new RebuiltWorld();
  ann = await world.person('ann');
});

test('a text that is read while the index is made anew is read for the new one too, and what was read before is not read again', async () => {
  await world.put(ann, { name: 'before.txt', text: 'words of before' });
  await world.settle();
  await world.put(ann, { name: 'meanwhile.txt', text: 'words of meanwhile' });
  await world.followJournals();
  const meanwhile = world.stores.contentQueue.takeTasks();
  const { generations } = world;
  const late: IndexGenerations = {
    list: () => generations.list(),
    make: (name) => generations.make(name),
    remove: (name) => generations.remove(name),
    open: (name) => generations.open(name),
    serve: async (name) => {
      // At the last moment somebody reads it, for the index that serves until then.
      await world.extractAll(meanwhile);
      await generations.serve(name);
    },
  };
  expect(await world.rebuild({ generations: late })).toMatchObject({ kind: 'rebuilt', unread: 1 });
  expect(world.texts()).toEqual({ 'before.txt': 'words of before', 'meanwhile.txt': undefined });
  await world.extractAll();
  expect(world.texts()).toEqual({ 'before.txt': 'words of before', 'meanwhile.txt': 'words of meanwhile' });
  expect(world.reads).toHaveLength(3);
});

test('an index that was lost has all texts again, or the reasons why there are none', async () => {
  await world.put(ann, { name: 'a.txt', text: 'some words' });
  await world.put(ann, { name: 'b.bin', text: '\u0000\u0001 nothing' });
  await world.put(ann, { name: 'empty.txt', text: '' });
  await world.mkdir(ann, 'folder');
  await world.settle();
  world.loseIndex();
  expect(await world.rebuild()).toMatchObject({ kind: 'rebuilt', unread: 2 });
  await world.extractAll();
  expect(world.generations.serving.documents().map(({ name, text }) => [name, text?.text ?? text?.unread])).toEqual(
    expect.arrayContaining([
      ['a.txt', 'some words'],
      ['b.bin', 'no-text'],
      ['empty.txt', undefined],
      ['folder', undefined],
    ]),
  );
  // Nothing is left to do, and a rebuild that is not forced only looks.
  expect(await world.rebuild({ isForced: false })).toMatchObject({ kind: 'up-to-date', unread: 0 });
});

test('texts that are missing in the index of one namespace are read anew when all of it is looked at', async () => {
  await world.put(ann, { name: 'a.txt', text: 'some words' });
  await world.settle();
  world.loseIndex();
  const { namespaces, contentQueue: contents, telemetry: meter } = world.stores;
  const head = await namespaces.readHead(ann.namespaceId);
  if (head === undefined) throw new Error('the home has a head');
  await refreshNamespace({ namespaces, index: world.index, contents, meter }, head);
  expect(world.texts()).toEqual({ 'a.txt': undefined });
  await world.extractAll();
  expect(world.texts()).toEqual({ 'a.txt': 'some words' });
});

test('whoever breaks off before the contents are tasks makes them when it is repeated', async () => {
  await world.put(ann, { name: 'a.txt', text: 'some words' });
  await world.followJournals();
  world.stores.contentQueue.takeTasks();
  const away = { send: () => Promise.reject(new UnavailableError('the queue is away')) };
  await expect(world.rebuild({ contents: away })).rejects.toThrow('the queue is away');
  expect(await world.rebuild({ isForced: false })).toMatchObject({ kind: 'rebuilt', unread: 1 });
  expect(await world.generations.list()).toHaveLength(1);
  await world.extractAll();
  expect(world.texts()).toEqual({ 'a.txt': 'some words' });
});
