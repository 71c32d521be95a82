import { INDEX_VERSION } from '../lambdas/search/index-definition.ts';
import type { IndexGeneration } from '../lambdas/search/index-generations.ts';
import type { SearchDomainState } from './describe-domain.ts';
import { STORAGE_LEFT_SHARE_MIN } from './limits.ts';

/** How the search index of a stage is, at one moment. */
export interface SearchState {
  /** `away`: it does not answer. Undefined where nobody is told: a serverless collection. */
  readonly engine: EngineState | 'away' | undefined;
  /** Undefined where the index is no domain of AWS. */
  readonly domain: SearchDomainState | undefined;
  readonly indices: readonly IndexGeneration[];
  /** In the index that serves. */
  readonly documents: number;
  readonly queues: readonly QueueState[];
}

export interface EngineState {
  /** As the engine says: `yellow` when it lacks copies, `red` when it lacks documents. */
  readonly status: string;
  readonly version: string;
  readonly nodes: number;
  readonly leftBytes: number;
  readonly totalBytes: number;
}

export interface QueueState {
  readonly name: 'tasks of the index' | 'contents to be read';
  readonly waiting: number;
  /** Put aside, after it had failed for hours. */
  readonly aside: number;
}

export interface DescribedSearch {
  readonly lines: readonly string[];
  /** What is wrong, each with what to do. */
  readonly wrong: readonly string[];
}

/** What a person is told of it. */
export function describeSearchState(state: SearchState): DescribedSearch {
  const { engine, domain, queues } = state;
  const serving = state.indices.find(({ isServing }) => isServing);
  return {
    lines: [
      ...engineLines(engine),
      ...(domain === undefined ? [] : [`domain: ${domain.version}${domain.isChanging ? ', being changed' : ''}`]),
      serving === undefined ? 'index: none' : `index: ${serving.name}, ${state.documents} documents`,
      ...queues.map(({ name, waiting, aside }) => `${name}: ${waiting} waiting, ${aside} put aside`),
    ],
    wrong: [...engineFaults(engine), ...domainFaults(domain), ...indexFaults(state), ...queueFaults(queues)],
  };
}

const GIB = 2 ** 30;

function engineLines(engine: SearchState['engine']): readonly string[] {
  if (engine === undefined) return ['engine: a serverless collection, which tells nothing of itself'];
  if (engine === 'away') return ['engine: away'];
  const { status, version, nodes, leftBytes, totalBytes } = engine;
  const left = `${(leftBytes / GIB).toFixed(1)} of ${(totalBytes / GIB).toFixed(1)} GiB left`;
  return [`engine: ${status}, OpenSearch ${version}, nodes: ${nodes}, ${left}`];
}

function engineFaults(engine: SearchState['engine']): readonly string[] {
  if (engine === undefined) return [];
  if (engine === 'away') return ['The engine does not answer. Look at the domain, and at your own rights to it.'];
  const { status, nodes, leftBytes, totalBytes } = engine;
  const faults: string[] = [];
  if (status === 'red') faults.push('Documents are away (red). If they do not come back: reindex --force.');
  // One node alone can have no copies.
  if (status === 'yellow' && nodes > 1)
    faults.push('Copies of documents are missing (yellow). Look whether a node is away.');
  if (leftBytes < totalBytes * STORAGE_LEFT_SHARE_MIN) faults.push('Storage is nearly used up. Give the domain more.');
  return faults;
}

function domainFaults(domain: SearchState['domain']): readonly string[] {
  return domain?.hasUpdate === true
    ? ['AWS has newer software for the domain. It is installed by itself at night.']
    : [];
}

function indexFaults({ engine, indices }: SearchState): readonly string[] {
  if (engine === 'away') return [];
  const serving = indices.find(({ isServing }) => isServing);
  if (serving === undefined) return ['No index serves. Make it anew: reindex --force.'];
  const faults: string[] = [];
  if (serving.definition !== INDEX_VERSION)
    faults.push('The index is of another definition than this version. Run: reindex.');
  if (indices.length > 1)
    faults.push('An index was being made anew, and is not done. Unless that goes on, run: reindex.');
  return faults;
}

function queueFaults(queues: readonly QueueState[]): readonly string[] {
  return queues
    .filter(({ aside }) => aside > 0)
    .map(({ name, aside }) => `${aside} messages of "${name}" were put aside. OPERATING.md says how to redrive them.`);
}
