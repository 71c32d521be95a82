import { assert, type RouteResponse } from '@syncline/protocol';
import type { ContentReader, ReadableContent } from '../../lambdas/extraction/content-reader.ts';
import type { ContentTask } from '../../lambdas/extraction/content-task.ts';
import { type ExtractDependencies, type Extraction, extractContent } from '../../lambdas/extraction/extract-content.ts';
import { readContent } from '../../lambdas/extraction/read-content.ts';
import { followTask } from '../../lambdas/search/follow-task.ts';
import type { SearchIndex } from '../../lambdas/search/search-index.ts';
import type { Member } from './in-memory-member.ts';
import { SharedWorld } from './shared-world.ts';

/** Rounds after which nothing is left to follow. */
const ROUNDS_MAX = 50;

/** People whose files' contents are read for the index, on the whole service in memory. */
export class ContentsWorld extends SharedWorld {
  /** Texts that were read out of contents, in their order. */
  readonly reads: ReadableContent[] = [];

  get stores() {
    return this.service.stores;
  }

  /** What follows the journals. */
  get index(): SearchIndex {
    return this.stores.index;
  }

  /** Reads in this process, and counts. */
  readonly reader: ContentReader = {
    read: async (content) => {
      this.reads.push(content);
      return readContent(content.format, content.bytes);
    },
  };

  get extracting(): ExtractDependencies {
    const { index } = this;
    const { namespaces, chunks, objects } = this.stores;
    return { namespaces, index, chunks, objects, reader: this.reader };
  }

  /** Lets the index follow the journals; contents wait. */
  async followJournals(): Promise<void> {
    const { index } = this;
    const { namespaces, indexProgress: progress, indexQueue: queue, contentQueue, telemetry: meter } = this.stores;
    const grown = new Set(namespaces.takeAppended().map(({ namespaceId }) => namespaceId));
    await queue.send([...grown].map((namespaceId) => ({ kind: 'journal', namespaceId })));
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const tasks = queue.takeTasks();
      if (tasks.length === 0) return;
      const dependencies = { namespaces, index, progress, queue, contents: contentQueue, meter };
      for (const task of tasks) await followTask(dependencies, task);
    }
    assert(false, 'the queue becomes empty');
  }

  extract(task: ContentTask): Promise<Extraction> {
    return extractContent(this.extracting, task);
  }

  /** Lets the index follow everything; answers what came of the contents. */
  async settle(): Promise<readonly Extraction[]> {
    await this.followJournals();
    const outcomes: Extraction[] = [];
    for (const task of this.stores.contentQueue.takeTasks()) outcomes.push(await this.extract(task));
    return outcomes;
  }

  search(member: Member, q: string, query: Readonly<Record<string, string>> = {}): Promise<RouteResponse<'search'>> {
    return this.call(member, 'search', { query: { q, ...query } });
  }

  async pathsOf(member: Member, q: string, query?: Readonly<Record<string, string>>): Promise<readonly string[]> {
    return (await this.search(member, q, query)).hits.map(({ path }) => path);
  }
}
