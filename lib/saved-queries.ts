import { type FunctionName, functions } from './functions.ts';
import { REQUEST_LOG } from './log-group-name.ts';

/** A question to the logs that operators ask again and again. Source: Amazon CloudWatch Logs User Guide, "CloudWatch Logs Insights query syntax". */
export interface SavedQuery {
  /** As it is found in the console, in the folder of the stage. */
  readonly name: string;
  /** Whose lines it asks: those of the HTTP API, or of functions. */
  readonly logs: typeof REQUEST_LOG | readonly FunctionName[];
  readonly query: string;
}

const everyFunction = Object.keys(functions) as FunctionName[];
/** Functions that a change comes by on its way into the index. */
const onTheWay = ['commit', 'notify', 'project', 'index'] as const satisfies readonly FunctionName[];

export const latencyByRoute = `stats count(*) as requests, pct(latencyMs, 50) as p50, pct(latencyMs, 95) as p95, pct(latencyMs, 99) as p99 by route
| sort requests desc
| limit 50`;

export const savedQueries: readonly SavedQuery[] = [
  { name: 'latency by route', logs: REQUEST_LOG, query: latencyByRoute },
  {
    name: 'failed requests',
    logs: REQUEST_LOG,
    query: `filter status >= 500
| fields @timestamp, requestId, route, status, latencyMs, functionError
| sort @timestamp desc
| limit 100`,
  },
  {
    name: 'who is refused',
    logs: REQUEST_LOG,
    query: `filter status >= 400 and status < 500
| stats count(*) as refusals by route, status, sourceIp
| sort refusals desc
| limit 50`,
  },
  {
    name: 'defects',
    logs: everyFunction,
    query: `filter level = "ERROR"
| fields @timestamp, service, route, requestId, error.name, error.message, error.frames.0
| sort @timestamp desc
| limit 100`,
  },
  {
    name: 'dependencies that did not answer',
    logs: everyFunction,
    query: `filter code = "unavailable"
| stats count(*) as times by bin(5m), service, error.message, error.causes.0`,
  },
  {
    name: 'one request on its way to the index',
    logs: onTheWay,
    query: `filter requestId = "PUT-THE-REQUEST-ID-HERE" or clientRequestId = "PUT-THE-REQUEST-ID-HERE" or traces like "PUT-THE-REQUEST-ID-HERE"
| fields @timestamp, service, route, status, durationMs, lagMs, code
| sort @timestamp asc`,
  },
  {
    name: 'how late followers of the journal are',
    logs: ['notify', 'project', 'index'],
    query: `filter ispresent(lagMs)
| stats count(*) as calls, pct(lagMs, 50) as p50, pct(lagMs, 99) as p99, max(lagMs) as latest by bin(5m), service`,
  },
  {
    name: 'cold starts',
    logs: everyFunction,
    query: `filter ispresent(coldStart)
| stats sum(coldStart) as cold, count(*) as calls, max(durationMs) as longest by service
| sort cold desc`,
  },
];
