import type { Transport } from '@syncline/client';
import type { Figure } from './bench-report.ts';
import type { AwsCall } from './request-recorder.ts';

/** What a piece of work is to cost at most. */
export interface Aims {
  readonly roundTrips?: number;
  readonly apiCalls?: number;
  readonly commitUnits?: number;
}

/** The figures of one piece of work: what went over the wire, and what that made the handlers ask of AWS. */
export function describeCounted(
  name: string,
  aims: Aims,
  counted: { readonly requests: readonly string[]; readonly calls: readonly AwsCall[] },
): readonly Figure[] {
  const { requests, calls } = counted;
  const commits = calls.filter(({ action }) => action === 'TransactWriteItems');
  return [
    { name: `${name}: HTTP round trips`, value: requests.length, unit: 'requests', ...most(aims.roundTrips) },
    {
      name: `${name}: API calls`,
      value: requests.filter((url) => url.includes('/v1/')).length,
      unit: 'calls',
      ...most(aims.apiCalls),
    },
    ...countCalls(name, calls),
    {
      name: `${name}: write units of the commit`,
      value: sum(commits, 'writeUnits'),
      unit: 'WRU',
      ...most(aims.commitUnits),
      ...(aims.commitUnits === undefined ? {} : { target: 'P17' }),
    },
    { name: `${name}: write units in all`, value: sum(calls, 'writeUnits'), unit: 'WRU' },
    { name: `${name}: read units`, value: sum(calls, 'readUnits'), unit: 'RRU' },
  ];
}

/** What the handlers call. The device's own PUTs of chunks, by URLs that the handlers have signed, are round trips above. */
function countCalls(name: string, calls: readonly AwsCall[]): readonly Figure[] {
  const own = calls.filter(({ action }) => action !== 'PUT object');
  const count = (service: AwsCall['service']) => own.filter((call) => call.service === service).length;
  return [
    { name: `${name}: DynamoDB calls of the handlers`, value: count('dynamodb'), unit: 'calls' },
    { name: `${name}: S3 calls of the handlers`, value: count('s3'), unit: 'calls' },
  ];
}

function sum(calls: readonly AwsCall[], units: 'writeUnits' | 'readUnits'): number {
  return calls.reduce((total, call) => total + call[units], 0);
}

function most(value: number | undefined): Pick<Figure, 'aim'> | object {
  return value === undefined ? {} : { aim: { most: value } };
}

/** Counts what goes over the wire, retries included. */
export class CountingTransport implements Transport {
  readonly #inner: Transport;
  readonly #urls: string[] = [];

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  take(): readonly string[] {
    return this.#urls.splice(0);
  }

  send(request: Parameters<Transport['send']>[0]): ReturnType<Transport['send']> {
    this.#urls.push(request.url);
    return this.#inner.send(request);
  }
}
