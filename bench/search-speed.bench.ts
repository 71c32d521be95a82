import { encodeUlid, type NamespaceId, type NodeId } from '@syncline/protocol';
import { AwsRequests } from '../lambdas/runtime/aws-requests.ts';
import { mapBounded } from '../lambdas/runtime/map-bounded.ts';
import { extensionOf, fileTypeOf } from '../lambdas/search/file-type-of.ts';
import { DOCUMENTS_AT_ONCE } from '../lambdas/search/limits.ts';
import { OpensearchSearchIndex } from '../lambdas/search/opensearch-search-index.ts';
import { parseQuery } from '../lambdas/search/parse-query.ts';
import { prepareIndex } from '../lambdas/search/prepare-index.ts';
import type { IndexChange, SearchDocument } from '../lambdas/search/search-index.ts';
import { SeededRandom } from '../test/support/seeded-random.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, percentile } from './bench-report.ts';
import { measureLags } from './search-lags.ts';

const DOCUMENTS = 100_000;
const BATCHES_AT_ONCE = 4;
const QUERIES = 400;
const CLIENTS = 8;
/** Of each kind. */
const CHANGES = 20;
const LAG_MS_MAX = 5000;

/** Stems and what makes many words of them, so that words are as rare as in names of files. */
const STEMS =
  'report plan invoice photo draft budget letter note scan contract meeting harbour garden travel music'.split(' ');
const EXTENSIONS = 'pdf docx xlsx jpg md txt pptx png'.split(' ');
const FOLDERS = 'work family taxes pictures projects archive'.split(' ');

const credentials = async () => ({ accessKeyId: 'test', secretAccessKey: 'test' });

/** How fast are names indexed and found in the search index that `npm start` runs? */
export async function benchSearchSpeed(context: BenchContext): Promise<BenchResult> {
  const { outputs } = await context.stack();
  const { searchEndpoint: endpoint, region } = outputs;
  if (endpoint === undefined) throw new Error('there is no OpenSearch: it needs Java');
  const requests = new AwsRequests({ signingName: 'es', connection: { region, endpoint, credentials } });
  await prepareIndex({ requests, endpoint });
  const index = new OpensearchSearchIndex({ requests, endpoint });
  const random = new SeededRandom('search speed');
  const namespaceId = encodeUlid(random.bytes(16)) as NamespaceId;
  const figures: Figure[] = [];

  const documents = context.scaled(DOCUMENTS);
  const rate = await measureIndexing(index, { random, namespaceId, documents });
  figures.push({ name: 'names indexed', value: rate, unit: 'documents/s', aim: { least: 1000 } });
  const stats = await requests.send({ method: 'POST', url: new URL(`${endpoint}/syncline-nodes/_flush`) });
  if (stats.status !== 200) throw new Error('the index is written down');
  figures.push({ name: 'index', value: await bytesPerDocument(endpoint), unit: 'bytes/document' });

  for (const clients of [1, CLIENTS]) {
    const times = await measureQueries(index, { namespaceId, clients });
    const who = clients === 1 ? 'one client' : `${clients} clients`;
    figures.push({ name: `query, ${who}: p50`, value: percentile(times, 0.5), unit: 'ms' });
    figures.push({ name: `query, ${who}: p95`, value: percentile(times, 0.95), unit: 'ms', aim: { most: 50 } });
  }
  for (const [kind, lags] of await measureLags(outputs.apiUrl, context.rounds(CHANGES))) {
    figures.push({
      name: `from a change until search tells of it, ${kind}: p50`,
      value: percentile(lags, 0.5),
      unit: 'ms',
    });
    figures.push({
      name: `from a change until search tells of it, ${kind}: p95`,
      value: percentile(lags, 0.95),
      unit: 'ms',
      aim: { most: LAG_MS_MAX },
    });
  }
  const note = `${documents} documents; indexed in batches of ${DOCUMENTS_AT_ONCE}, without the reads of tables before; the last figures are an emulator’s time, and the index shows what is written once a second`;
  return { question: 'How fast are names indexed and found?', figures, note };
}

/** Documents in a second. */
async function measureIndexing(
  index: OpensearchSearchIndex,
  made: { readonly random: SeededRandom; readonly namespaceId: NamespaceId; readonly documents: number },
): Promise<number> {
  const changes = Array.from({ length: made.documents }, (_, at): IndexChange => {
    return { kind: 'put', version: 1, document: documentOf(made.random, made.namespaceId, at) };
  });
  const batches = Array.from({ length: Math.ceil(changes.length / DOCUMENTS_AT_ONCE) }, (_, at) =>
    changes.slice(at * DOCUMENTS_AT_ONCE, (at + 1) * DOCUMENTS_AT_ONCE),
  );
  const begun = performance.now();
  await mapBounded(BATCHES_AT_ONCE, batches, (batch) => index.apply(batch));
  return changes.length / ((performance.now() - begun) / 1000);
}

async function measureQueries(
  index: OpensearchSearchIndex,
  { namespaceId, clients }: { readonly namespaceId: NamespaceId; readonly clients: number },
): Promise<readonly number[]> {
  const ask = async (at: number): Promise<number> => {
    const before = performance.now();
    const { q, type } = queryOf(at);
    await index.find({
      namespaceIds: [namespaceId],
      ...parseQuery(q),
      filter: { isTrashed: false, ...(type === undefined ? {} : { type }) },
      sort: 'relevance',
      limit: 20,
    });
    return performance.now() - before;
  };
  for (let at = 0; at < QUERIES / 4; at++) await ask(at);
  const all = Array.from({ length: clients === 1 ? QUERIES : QUERIES * 2 }, (_, at) => at);
  return mapBounded(clients, all, ask);
}

function documentOf(random: SeededRandom, namespaceId: NamespaceId, at: number): SearchDocument {
  const draw = <T>(all: readonly T[]): T => all[Math.floor(random.fraction() * all.length)] as T;
  const folder = `${draw(FOLDERS)}/${draw(STEMS)} ${Math.floor(random.fraction() * 200)}`;
  const name = `${draw(STEMS)} ${draw(STEMS)}${Math.floor(random.fraction() * 3000)} ${at}.${draw(EXTENSIONS)}`;
  const extension = extensionOf(name);
  const id = () => encodeUlid(random.bytes(16)) as NodeId;
  return {
    namespaceId,
    nodeId: id(),
    parentId: id(),
    aboveIds: [id(), id()],
    kind: 'file',
    name,
    path: `/${folder}/${name}`,
    type: fileTypeOf({ kind: 'file', name }),
    ...(extension === undefined ? {} : { extension }),
    size: Math.floor(random.fraction() * 10_000_000),
    modifiedAt: new Date(Date.UTC(2026, 0, 1) - Math.floor(random.fraction() * 1e11)).toISOString(),
    isTrashed: false,
  };
}

/** Words, beginnings, several words, a phrase, a misspelt one, one that is not there, and a filter, in turns. */
function queryOf(at: number): { readonly q: string; readonly type?: 'pdf' } {
  const stem = STEMS[at % STEMS.length] ?? '';
  const other = STEMS[(at * 7 + 3) % STEMS.length] ?? '';
  const queries = [
    { q: `${stem} ` },
    { q: stem.slice(0, 3) },
    { q: `${stem} ${other} ` },
    { q: `${stem}${at % 3000} ` },
    { q: `"${stem} ${other}"` },
    { q: `${stem.slice(0, -2)}${stem.slice(-1)}${stem.slice(-2, -1)} ` },
    { q: `${stem} -${other} ` },
    { q: stem, type: 'pdf' as const },
  ];
  return queries[at % queries.length] ?? { q: '' };
}

async function bytesPerDocument(endpoint: string): Promise<number> {
  const answer = await fetch(`${endpoint}/syncline-nodes/_stats/store,docs`);
  const { _all: all } = (await answer.json()) as {
    readonly _all: {
      readonly primaries: {
        readonly docs: { readonly count: number };
        readonly store: { readonly size_in_bytes: number };
      };
    };
  };
  return all.primaries.store.size_in_bytes / all.primaries.docs.count;
}
