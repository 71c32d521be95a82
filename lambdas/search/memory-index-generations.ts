import { assert } from '@syncline/protocol';
import { generationNamed } from './index-definition.ts';
import type { IndexGeneration, IndexGenerations } from './index-generations.ts';
import { MemorySearchIndex } from './memory-search-index.ts';
import type { IndexQuery, SearchIndex } from './search-index.ts';

/** Indices in the memory of one process. It is itself the index that serves, as whoever names an alias sees it. */
export class MemoryIndexGenerations implements IndexGenerations, SearchIndex {
  readonly #indices = new Map<string, MemorySearchIndex>();
  #serving: string;

  constructor(first: string) {
    this.#indices.set(first, new MemorySearchIndex());
    this.#serving = first;
  }

  async list(): Promise<readonly IndexGeneration[]> {
    return [...this.#indices.keys()].flatMap((name) => {
      const generation = generationNamed(name);
      return generation === undefined ? [] : { ...generation, isServing: name === this.#serving };
    });
  }

  async make(name: string): Promise<void> {
    assert(!this.#indices.has(name), 'an index is made once');
    this.#indices.set(name, new MemorySearchIndex());
  }

  async serve(name: string): Promise<void> {
    assert(this.#indices.has(name), 'an index that serves is there');
    this.#serving = name;
  }

  async remove(name: string): Promise<void> {
    assert(name !== this.#serving, 'an index that serves stays');
    this.#indices.delete(name);
  }

  open(name: string): MemorySearchIndex {
    const index = this.#indices.get(name);
    assert(index !== undefined, 'an index that is opened is there');
    return index;
  }

  get serving(): MemorySearchIndex {
    return this.open(this.#serving);
  }

  apply(changes: Parameters<SearchIndex['apply']>[0]) {
    return this.serving.apply(changes);
  }

  describeTexts(nodes: Parameters<SearchIndex['describeTexts']>[0]) {
    return this.serving.describeTexts(nodes);
  }

  findText(content: Parameters<SearchIndex['findText']>[0]) {
    return this.serving.findText(content);
  }

  getTexts(nodes: Parameters<SearchIndex['getTexts']>[0]) {
    return this.serving.getTexts(nodes);
  }

  listBelow(page: Parameters<SearchIndex['listBelow']>[0]) {
    return this.serving.listBelow(page);
  }

  listUnread(page: Parameters<SearchIndex['listUnread']>[0]) {
    return this.serving.listUnread(page);
  }

  find(query: IndexQuery) {
    return this.serving.find(query);
  }
}
