import type { MeasuredCosts } from '../../capacity/measured-costs.ts';
import { type PriceName, priceOf } from '../../capacity/prices.ts';
import type { LoadResult } from './load-result.ts';

/** Memory of a function in the mean, in GB, and how long a request holds it, in seconds: as in the plan for scale. */
const FUNCTION_GB = 1;
const FUNCTION_SECONDS = 0.06;
/** What calls functions besides the HTTP API. */
const NO_REQUESTS = new Set(['notify', 'socket $connect', 'socket ping', 'socket $disconnect', 'socket $default']);
/** Read units of one answer with content: the access, the node, the revision and the chunk's row; and of one telling: members and connections. */
const ANSWER_READ_UNITS = 4;
const NOTIFY_READ_UNITS = 2;

export interface SyncCost {
  readonly lines: readonly (readonly [what: string, dollars: number])[];
  /** For a thousand entries of journals, with all that telling and fetching them took, retries and polls among it. */
  readonly dollars: number;
}

/** What a thousand changes have cost in a load run, by AWS's first prices: requests as counted there, units as measured for each. */
export function syncCostOf(result: LoadResult, costs: MeasuredCosts): SyncCost {
  const { requests, entries } = result;
  const of = (route: string): number => requests.get(route) ?? 0;
  let runs = 0;
  let calls = 0;
  for (const [route, count] of requests) {
    runs += count;
    if (!NO_REQUESTS.has(route)) calls += count;
  }
  const deltas = of('GET /v1/changes');
  const reads = of('GET /v1/nodes/{nodeId}/content') + of('POST /v1/contents');
  const readUnits =
    entries * costs.readUnitsPerFile +
    deltas * (costs.readUnitsOfNothing + costs.readUnitsPerEntry) +
    reads * ANSWER_READ_UNITS +
    of('notify') * NOTIFY_READ_UNITS;
  const used: readonly (readonly [what: string, price: PriceName, amount: number])[] = [
    ['API Gateway: requests', 'httpRequest', calls],
    ['API Gateway: messages of sockets', 'socketMessage', 2 * of('socket ping') + result.arrivals],
    ['Lambda: runs', 'functionRun', runs],
    ['Lambda: time', 'functionSecond', runs * FUNCTION_SECONDS * FUNCTION_GB],
    ['DynamoDB: write units', 'writeUnit', entries * costs.writeUnitsPerFile],
    ['DynamoDB: read units', 'readUnit', readUnits],
    ['S3: objects written', 'objectWrite', entries],
    ['S3: objects read', 'objectRead', reads],
  ];
  const lines = used.map(([what, price, amount]) => [what, (priceOf(price, amount) * 1000) / entries] as const);
  return { lines, dollars: lines.reduce((sum, [, dollars]) => sum + dollars, 0) };
}
