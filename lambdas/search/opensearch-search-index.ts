import { assert, type ContentHash, type NodeId } from '@syncline/protocol';
import type { AwsRequests } from '../runtime/aws-requests.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { type EngineKind, engineAt } from './engine-kind.ts';
import { READ_ALIAS, WRITE_ALIAS } from './index-definition.ts';
import { DOCUMENTS_AT_ONCE, REQUEST_BYTES_MAX } from './limits.ts';
import { foldWord, nameWords } from './name-words.ts';
import { MATCH_END, MATCH_START, queryBody } from './query-body.ts';
import type {
  IndexAnswer,
  IndexChange,
  IndexedNode,
  IndexedText,
  IndexHit,
  IndexQuery,
  PassagePart,
  SearchDocument,
  SearchIndex,
  TextDescription,
} from './search-index.ts';

export interface OpensearchOptions {
  readonly requests: AwsRequests;
  /** Address of the domain or engine: scheme, host and port. */
  readonly endpoint: string;
  /** One index instead of what stands behind an alias. @default READ_ALIAS and WRITE_ALIAS */
  readonly readName?: string;
  readonly writeName?: string;
  /** @default what the address says */
  readonly engine?: EngineKind;
  /**
   * Waits until a collection shows all that was written to it.
   * @default not at all: tasks that have to see all that was written come later than that (UNSEEN_SECONDS_MAX)
   */
  readonly waitUntilSeen?: () => Promise<void>;
}

/** Characters of a name that order it. */
const SORT_CHARS_MAX = 128;

/** Nodes in OpenSearch, routed by their namespace, behind two aliases (index-definition.ts). */
export class OpensearchSearchIndex implements SearchIndex {
  readonly #requests: AwsRequests;
  readonly #endpoint: string;
  readonly #readName: string;
  readonly #writeName: string;
  readonly #engine: EngineKind;
  readonly #waitUntilSeen: (() => Promise<void>) | undefined;

  constructor(options: OpensearchOptions) {
    const { requests, endpoint, readName = READ_ALIAS, writeName = WRITE_ALIAS } = options;
    this.#requests = requests;
    this.#readName = readName;
    this.#writeName = writeName;
    this.#engine = options.engine ?? engineAt(endpoint);
    this.#waitUntilSeen = options.waitUntilSeen;
    this.#endpoint = endpoint.replace(/\/$/, '');
  }

  async apply(changes: readonly IndexChange[]): Promise<void> {
    assert(changes.length <= DOCUMENTS_AT_ONCE, 'changes are applied in batches');
    if (changes.length === 0) return;
    for (const body of bulkBodies(changes, this.#engine)) await this.#applyBody(body);
  }

  async #applyBody(body: Buffer): Promise<void> {
    // An index that is lost is made anew with its definition, and not of whatever is written.
    const isBound = this.#engine === 'domain' && this.#writeName === WRITE_ALIAS;
    const place = `${this.#writeName}/_bulk${isBound ? '?require_alias=true' : ''}`;
    const answer = (await this.#post(`/${place}`, body, 'application/x-ndjson')) as BulkAnswer;
    if (!answer.errors) return;
    for (const item of answer.items) {
      const { status, error } = item.index ?? item.delete ?? {};
      // 409: a later version stands there. 404 without an error: what is to be removed is not there, and its removal is remembered.
      if (status === undefined || status < 300 || status === 409) continue;
      if (status === 404 && error === undefined) continue;
      throw new UnavailableError(`the search index did not take a document: ${status} ${error?.type ?? ''}`);
    }
  }

  async describeTexts(nodes: readonly IndexedNode[]): Promise<ReadonlyMap<NodeId, TextDescription>> {
    const described = new Map<NodeId, TextDescription>();
    for (const [nodeId, { textHash, textBytes }] of await this.#sourcesOf(nodes, ['textHash', 'textBytes'])) {
      if (textHash !== undefined) described.set(nodeId, { contentHash: textHash, bytes: textBytes ?? 0 });
    }
    return described;
  }

  async getTexts(nodes: readonly IndexedNode[]): Promise<ReadonlyMap<NodeId, IndexedText>> {
    const texts = new Map<NodeId, IndexedText>();
    for (const [nodeId, source] of await this.#sourcesOf(nodes, TEXT_FIELDS)) {
      const text = toText(source);
      if (text !== undefined) texts.set(nodeId, text);
    }
    return texts;
  }

  async findText({ namespaceId, contentHash }: Parameters<SearchIndex['findText']>[0]) {
    const filter = [{ term: { namespaceId } }, { term: { textHash: contentHash } }];
    const { hits } = await this.#search([namespaceId], { size: 1, _source: TEXT_FIELDS, query: { bool: { filter } } });
    const [found] = hits.hits;
    return found === undefined ? undefined : toText(found._source);
  }

  async #sourcesOf(
    nodes: readonly IndexedNode[],
    fields: readonly (keyof TextSource)[],
  ): Promise<ReadonlyMap<NodeId, TextSource>> {
    const sources = new Map<NodeId, TextSource>();
    if (nodes.length === 0) return sources;
    if (this.#engine === 'serverless') return this.#findSources(nodes, fields);
    const docs = nodes.map((node) => ({ _id: documentId(node), routing: node.namespaceId, _source: fields }));
    const answer = (await this.#post(`/${this.#readName}/_mget`, jsonBytes({ docs }))) as MultiGetAnswer;
    for (const [index, { found, _source: source }] of answer.docs.entries()) {
      const node = nodes[index];
      if (found === true && node !== undefined && source !== undefined) sources.set(node.nodeId, source);
    }
    return sources;
  }

  /** As a collection is asked for documents by their ids; what it does not show yet is taken for not there, and read again. */
  async #findSources(
    nodes: readonly IndexedNode[],
    fields: readonly (keyof TextSource)[],
  ): Promise<ReadonlyMap<NodeId, TextSource>> {
    const query = { ids: { values: nodes.map(documentId) } };
    const { hits } = await this.#search([], { size: nodes.length, _source: ['nodeId', ...fields], query });
    return new Map(hits.hits.map(({ _source: source }) => [source.nodeId, source]));
  }

  /** Makes all be seen that was applied. */
  async showAll(): Promise<void> {
    if (this.#engine === 'serverless') await this.#waitUntilSeen?.();
    else await this.#post(`/${this.#readName}/_refresh`, Buffer.alloc(0));
  }

  async listBelow({ namespaceId, folderId, after, limit }: Parameters<SearchIndex['listBelow']>[0]) {
    const filter = [{ term: { namespaceId } }, ...(folderId === undefined ? [] : [{ term: { aboveIds: folderId } }])];
    const body = {
      size: limit,
      version: this.#engine === 'domain',
      _source: ['nodeId'],
      query: { bool: { filter } },
      sort: [{ nodeId: 'asc' }],
      ...(after === undefined ? {} : { search_after: [after] }),
    };
    await this.showAll();
    const { hits } = await this.#search([namespaceId], body);
    // A collection counts versions by itself, so none of them says how late it was read.
    return hits.hits.map(({ _source: source, _version: version = 0 }) => ({ nodeId: source.nodeId, version }));
  }

  async listUnread({ after, limit }: Parameters<SearchIndex['listUnread']>[0]): Promise<readonly IndexedNode[]> {
    const body = {
      size: limit,
      _source: ['namespaceId', 'nodeId'],
      query: {
        bool: {
          filter: [{ range: { size: { gt: 0 } } }],
          must_not: [{ term: { type: 'folder' } }, { exists: { field: 'textHash' } }],
        },
      },
      sort: [{ namespaceId: 'asc' }, { nodeId: 'asc' }],
      ...(after === undefined ? {} : { search_after: [after.namespaceId, after.nodeId] }),
    };
    if (after === undefined) await this.showAll();
    const { hits } = await this.#search([], body);
    return hits.hits.map(({ _source: { namespaceId, nodeId } }) => ({ namespaceId, nodeId }));
  }

  async find(query: IndexQuery): Promise<IndexAnswer> {
    assert(query.namespaceIds.length > 0, 'a search is one of some namespaces');
    const { hits, aggregations } = await this.#search(query.namespaceIds, queryBody(query));
    return {
      hits: hits.hits.map(toHit),
      total: hits.total?.value ?? 0,
      facets: {
        types: toFacet(aggregations?.types),
        extensions: toFacet(aggregations?.extensions),
      },
    };
  }

  /** `namespaceIds`: where the query finds something; anywhere when there are none. */
  async #search(namespaceIds: readonly string[], body: unknown): Promise<FoundAnswer> {
    const place = `/${this.#readName}/_search`;
    if (this.#engine === 'serverless' || namespaceIds.length === 0) {
      return (await this.#post(place, jsonBytes(body))) as FoundAnswer;
    }
    const routing = namespaceIds.map(encodeURIComponent).join(',');
    // The same copies for the same namespaces: others may score a little differently, and pages would repeat or miss hits.
    const choice = `routing=${routing}&preference=${encodeURIComponent(namespaceIds[0] ?? '')}`;
    return (await this.#post(`${place}?${choice}`, jsonBytes(body))) as FoundAnswer;
  }

  async #post(path: string, body: Buffer, contentType = 'application/json'): Promise<unknown> {
    const url = new URL(this.#endpoint + path);
    const answer = await this.#requests.send({ method: 'POST', url, headers: { 'content-type': contentType }, body });
    if (answer.status === 200) return JSON.parse(answer.body.toString('utf8'));
    // The index is made when the service is deployed, so what lacks comes; and refused rights are no fault of the caller's.
    if (answer.status === 404 || answer.status === 403) {
      throw new UnavailableError(`the search index answers ${answer.status}`);
    }
    assert(false, `OpenSearch does not answer ${path.split('?')[0]} with ${answer.status}`);
  }
}

const TEXT_FIELDS = ['textHash', 'text', 'unread'] as const;

/** What a document says of its text. */
interface TextSource {
  readonly textHash?: ContentHash;
  readonly textBytes?: number;
  readonly text?: string;
  readonly unread?: string;
}

interface BulkAnswer {
  readonly errors: boolean;
  readonly items: readonly Readonly<
    Partial<Record<'index' | 'delete', { readonly status: number; readonly error?: { readonly type: string } }>>
  >[];
}

interface MultiGetAnswer {
  readonly docs: readonly { readonly found?: boolean; readonly _source?: TextSource }[];
}

interface FoundAnswer {
  readonly hits: { readonly total?: { readonly value: number }; readonly hits: readonly FoundDocument[] };
  readonly aggregations?: { readonly types?: Buckets; readonly extensions?: Buckets };
}

interface FoundDocument {
  readonly _source: IndexedNode & TextSource & { readonly path: string };
  readonly _version?: number;
  readonly sort: readonly (string | number)[];
  readonly highlight?: { readonly text?: readonly string[] };
}

interface Buckets {
  readonly buckets: readonly { readonly key: string; readonly doc_count: number }[];
}

function documentId({ namespaceId, nodeId }: IndexedNode): string {
  return `${namespaceId}.${nodeId}`;
}

/** Bodies of at most REQUEST_BYTES_MAX, or of one change that is longer. */
function bulkBodies(changes: readonly IndexChange[], engine: EngineKind): readonly Buffer[] {
  const bodies: Buffer[][] = [[]];
  let bytes = 0;
  for (const change of changes) {
    const lines = Buffer.from(bulkLines(change, engine).join(''));
    if (bytes > 0 && bytes + lines.length > REQUEST_BYTES_MAX) {
      bodies.push([]);
      bytes = 0;
    }
    bodies.at(-1)?.push(lines);
    bytes += lines.length;
  }
  return bodies.map((parts) => Buffer.concat(parts));
}

function bulkLines(change: IndexChange, engine: EngineKind): readonly string[] {
  const node = change.kind === 'put' ? change.document : change;
  const bound = { routing: node.namespaceId, version: change.version, version_type: 'external_gte' };
  // Without versions the last writer stands, who looks once more afterwards (follow-task.ts).
  const action = { _id: documentId(node), ...(engine === 'domain' ? bound : {}) };
  if (change.kind === 'remove') return [`${JSON.stringify({ delete: action })}\n`];
  return [`${JSON.stringify({ index: action })}\n`, `${JSON.stringify(toSource(change.document))}\n`];
}

function toSource({ text, path, ...document }: SearchDocument) {
  return {
    ...document,
    path,
    sortName: foldWord(document.name).slice(0, SORT_CHARS_MAX),
    nameWords: nameWords(document.name).join(' '),
    pathWords: nameWords(path.slice(0, path.length - document.name.length)).join(' '),
    ...(text === undefined
      ? {}
      : {
          textHash: text.contentHash,
          textBytes: Buffer.byteLength(text.text ?? ''),
          text: text.text ?? undefined,
          unread: text.unread ?? undefined,
        }),
  };
}

function toText({ textHash, text, unread }: TextSource): IndexedText | undefined {
  if (textHash === undefined) return undefined;
  return {
    contentHash: textHash,
    ...(text === undefined ? {} : { text }),
    ...(unread === undefined ? {} : { unread }),
  };
}

function toHit({ _source: source, sort, highlight }: FoundDocument): IndexHit {
  const { namespaceId, nodeId, path } = source;
  return { namespaceId, nodeId, path, place: sort, passages: (highlight?.text ?? []).map(toPassage) };
}

/** `a ␂b␃ c` → parts, of which `b` is a match. */
function toPassage(marked: string): readonly PassagePart[] {
  const parts: PassagePart[] = [];
  for (const [index, piece] of marked.split(MATCH_START).entries()) {
    const end = index === 0 ? -1 : piece.indexOf(MATCH_END);
    if (end >= 0) parts.push({ text: piece.slice(0, end), isMatch: true });
    if (end + 1 < piece.length) parts.push({ text: piece.slice(end + 1), isMatch: false });
  }
  return parts;
}

function toFacet(buckets: Buckets | undefined) {
  return (buckets?.buckets ?? []).map(({ key, doc_count: count }) => ({ value: key, count }));
}

function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
