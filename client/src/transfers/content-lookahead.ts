import {
  CHUNK_LENGTHS,
  type ChunkRef,
  CONTENT_PAGE_CHUNKS_MAX,
  type ContentAmongOthers,
  type NamespaceId,
  type NodeId,
  type ReadContentsResponse,
} from '@syncline/protocol';
import type { ApiClient } from '../api/api-client.ts';
import { ChunkRuns, type PackedSource, type RunDependencies } from './chunk-runs.ts';
import { LOOKAHEAD_CHUNKS_MAX, RUNS_KEPT_BYTES_MAX } from './limits.ts';

/** A content that will be read soon. */
export interface ExpectedContent {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
  readonly rev: number;
  readonly size: number;
}

type Answers = readonly (ContentAmongOthers | undefined)[];

/** Contents that are asked for together. */
interface Group {
  readonly contents: readonly ExpectedContent[];
  asked: Promise<Answers> | undefined;
}

/**
 * Asks for the contents of many small files together, and reads those of their chunks together that lie next to each other in a pack, so that
 * thousands of files cost tens of requests. It only saves requests: whatever it cannot tell is asked for one by one.
 */
export class ContentLookahead {
  readonly #api: Pick<ApiClient, 'readContents'>;
  readonly #signal: AbortSignal;
  readonly #runs: ChunkRuns;
  readonly #answers = new Map<string, () => Promise<ContentAmongOthers | undefined>>();

  constructor(
    dependencies: RunDependencies & { readonly api: Pick<ApiClient, 'readContents'> },
    options: { readonly signal: AbortSignal },
  ) {
    this.#api = dependencies.api;
    this.#signal = options.signal;
    this.#runs = new ChunkRuns(dependencies, options.signal);
  }

  /**
   * Replaces what was expected before. Nothing is asked until the first of a group is taken; then its neighbour is asked for, too, so that nobody
   * waits for an answer between groups.
   */
  expect(contents: readonly ExpectedContent[]): void {
    this.#answers.clear();
    this.#runs.clear();
    const groups = groupContents(contents);
    for (const [number, group] of groups.entries()) {
      group.contents.forEach((content, index) => {
        this.#answers.set(keyOf(content), async () => {
          const asked = this.#askOnce(group);
          // They may be taken from both ends.
          const next = [groups[number + 1], groups[number - 1]].find(
            (one) => one !== undefined && one.asked === undefined,
          );
          // A failure is told to whoever takes one of them.
          if (next !== undefined) this.#askOnce(next).catch(() => undefined);
          return (await asked)[index];
        });
      });
    }
  }

  /** The content, once; undefined when it was not expected, was taken before, or could not be told. */
  async take(content: Pick<ExpectedContent, 'nodeId' | 'rev'>): Promise<ContentAmongOthers | undefined> {
    const key = keyOf(content);
    const answer = this.#answers.get(key);
    this.#answers.delete(key);
    return answer?.();
  }

  /**
   * The bytes of a chunk of a content that was taken, read together with its neighbours; undefined where they are not to be had so.
   * @throws the signal's reason, when the caller aborted.
   */
  bytesOf(chunk: Pick<ChunkRef, 'hash'>): Promise<Uint8Array | undefined> {
    return this.#runs.bytesOf(chunk.hash);
  }

  #askOnce(group: Group): Promise<Answers> {
    group.asked ??= this.#ask(group.contents);
    return group.asked;
  }

  async #ask(group: readonly ExpectedContent[]): Promise<Answers> {
    const files = group.map(({ namespaceId, nodeId, rev }) => ({ namespaceId, nodeId, rev }));
    const body = { files, runsSuffice: this.#runs.areUsed };
    const answer = await this.#api.readContents({ body, signal: this.#signal });
    if (!answer.ok) return [];
    this.#runs.learn(answer.value.runs, packedSources(answer.value));
    return answer.value.contents.map((found) => (found.status === 'found' ? found.content : undefined));
  }
}

/**
 * Larger files than of LOOKAHEAD_CHUNKS_MAX chunks are asked for alone. A group of the others fits into one answer while their chunks are as long as
 * they mostly are; one that does not fit is left out of the answer, and asked for alone, too. It has no more bytes than are kept: in whatever order
 * its files are taken, no run has to make room for another one of it, and none waits until its address has expired.
 */
function groupContents(contents: readonly ExpectedContent[]): readonly Group[] {
  const groups: (Group & { readonly contents: ExpectedContent[] })[] = [];
  let [chunks, bytes] = [0, 0];
  for (const content of contents) {
    const own = Math.max(1, Math.ceil(content.size / CHUNK_LENGTHS['cdc-1m-v1'].bytesUsual));
    if (own > LOOKAHEAD_CHUNKS_MAX) continue;
    const group = groups.at(-1);
    chunks += own;
    bytes += content.size;
    if (group === undefined || chunks > CONTENT_PAGE_CHUNKS_MAX || bytes > RUNS_KEPT_BYTES_MAX) {
      groups.push({ contents: [content], asked: undefined });
      [chunks, bytes] = [own, content.size];
    } else group.contents.push(content);
  }
  return groups;
}

function packedSources({ contents }: ReadContentsResponse): readonly PackedSource[] {
  return contents
    .flatMap((found) => (found.status === 'found' ? found.content.chunks : []))
    .flatMap(({ range, ...source }) => (range === undefined ? [] : [{ ...source, range }]));
}

function keyOf({ nodeId, rev }: Pick<ExpectedContent, 'nodeId' | 'rev'>): string {
  return `${nodeId}/${rev}`;
}
