import {
  CHUNK_LENGTHS,
  CONTENT_FILES_MAX,
  CONTENT_PAGE_CHUNKS_MAX,
  type ContentResponse,
  type NamespaceId,
  type NodeId,
} from '@syncline/protocol';
import type { ApiClient } from '../api/api-client.ts';

/** A content that will be read soon. */
export interface ExpectedContent {
  readonly nodeId: NodeId;
  readonly rev: number;
  readonly size: number;
}

/**
 * Larger files are asked for alone. A full request of the others fits into one answer while their chunks are as long as they mostly are;
 * one that does not fit is left out of the answer, and asked for alone, too.
 */
const LOOKAHEAD_BYTES_MAX =
  Math.floor(CONTENT_PAGE_CHUNKS_MAX / CONTENT_FILES_MAX) * CHUNK_LENGTHS['cdc-1m-v1'].bytesUsual;

/**
 * Asks for the contents of many small files together, so that thousands of them cost tens of requests.
 * It only saves requests: whatever it cannot tell is asked for one by one.
 */
export class ContentLookahead {
  readonly #api: Pick<ApiClient, 'readContents'>;
  readonly #namespaceId: NamespaceId;
  readonly #signal: AbortSignal;
  readonly #answers = new Map<string, () => Promise<ContentResponse | undefined>>();

  constructor(
    dependencies: { readonly api: Pick<ApiClient, 'readContents'> },
    options: { readonly namespaceId: NamespaceId; readonly signal: AbortSignal },
  ) {
    this.#api = dependencies.api;
    this.#namespaceId = options.namespaceId;
    this.#signal = options.signal;
  }

  /** Replaces what was expected before. Nothing is asked until the first of a group is taken. */
  expect(contents: readonly ExpectedContent[]): void {
    this.#answers.clear();
    const small = contents.filter(({ size }) => size <= LOOKAHEAD_BYTES_MAX);
    for (let start = 0; start < small.length; start += CONTENT_FILES_MAX) {
      const group = small.slice(start, start + CONTENT_FILES_MAX);
      let asked: Promise<readonly (ContentResponse | undefined)[]> | undefined;
      group.forEach((content, index) => {
        this.#answers.set(keyOf(content), async () => {
          asked ??= this.#ask(group);
          return (await asked)[index];
        });
      });
    }
  }

  /** The content, once; undefined when it was not expected, was taken before, or could not be told. */
  async take(content: Omit<ExpectedContent, 'size'>): Promise<ContentResponse | undefined> {
    const key = keyOf(content);
    const answer = this.#answers.get(key);
    this.#answers.delete(key);
    return answer?.();
  }

  async #ask(group: readonly ExpectedContent[]): Promise<readonly (ContentResponse | undefined)[]> {
    const files = group.map(({ nodeId, rev }) => ({ namespaceId: this.#namespaceId, nodeId, rev }));
    const answer = await this.#api.readContents({ body: { files }, signal: this.#signal });
    if (!answer.ok) return [];
    return answer.value.contents.map((found) => (found.status === 'found' ? found.content : undefined));
  }
}

function keyOf({ nodeId, rev }: Omit<ExpectedContent, 'size'>): string {
  return `${nodeId}/${rev}`;
}
