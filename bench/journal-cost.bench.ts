import { journalRoutes, PAGE_ENTRIES_MAX } from '@syncline/protocol';
import { DynamodbAccountStore } from '../lambdas/accounts/dynamodb-account-store.ts';
import { DynamodbChunkIndex } from '../lambdas/chunks/dynamodb-chunk-index.ts';
import { MemoryObjectStore } from '../lambdas/chunks/memory-object-store.ts';
import { answerCommit } from '../lambdas/journal/answer-commit.ts';
import { decideOperation } from '../lambdas/journal/decide-operation.ts';
import { listChanges } from '../lambdas/journal/list-changes.ts';
import { DynamodbNamespaceStore } from '../lambdas/namespaces/dynamodb-namespace-store.ts';
import type { ApiEvent } from '../lambdas/runtime/api-event.ts';
import { type ApiHandler, createApiHandler } from '../lambdas/runtime/create-api-handler.ts';
import type { DynamodbAction, DynamodbRequests } from '../lambdas/runtime/dynamodb-api.ts';
import type { DynamodbCalls } from '../lambdas/runtime/dynamodb-client.ts';
import { MemoryClock } from '../lambdas/runtime/memory-clock.ts';
import { MemoryTelemetry } from '../lambdas/runtime/memory-telemetry.ts';
import { systemRandom } from '../lambdas/runtime/system-clock.ts';
import { DynamodbUploadStore } from '../lambdas/uploads/dynamodb-upload-store.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import { GeneratedTables } from './handlers/generated-tables.ts';
import { handlerRequests, keyRing } from './handlers/handler-events.ts';
import { transactionUnits } from './handlers/transaction-units.ts';
import { readUnits } from './request-units.ts';

const JOURNALS = [1e3, 1e5, 1e7];
const ROUNDS = 15;
/** Flat, but for the digits of larger sequence numbers. */
const FLAT = 1.05;
const SINGLE = 'commit one new file';
const BATCH = 'commit 100 new files';
const DELTA = `delta of ${PAGE_ENTRIES_MAX.toLocaleString('en')}`;

/** What one request asked of DynamoDB. */
interface Asked {
  calls: number;
  writeUnits: number;
  readUnits: number;
}

/** Do a commit and a delta cost the same whatever the length of the journal? The handlers over generated tables, in this process. */
export async function benchJournalCost(): Promise<BenchResult> {
  const costs = new Map<string, (Asked & { readonly cpuMs: number })[]>();
  for (const entries of JOURNALS) {
    const world = openWorld(new GeneratedTables({ entries }));
    for (const { name, event } of await handlerRequests(entries)) {
      if (![SINGLE, BATCH, DELTA].includes(name)) continue;
      costs.set(name, [...(costs.get(name) ?? []), await measure(world, event)]);
    }
  }
  const single = costs.get(SINGLE)?.map(({ writeUnits }) => writeUnits) ?? [];
  const batch = costs.get(BATCH)?.map(({ writeUnits }) => writeUnits / 100) ?? [];
  return {
    question: 'Do a commit and a delta cost the same at 10³, 10⁵ and 10⁷ entries of the journal?',
    note: 'the handlers over tables whose rows are generated from their keys: what DynamoDB itself takes to find a row is not in the times',
    figures: [
      { name: 'write units of a commit', value: Math.max(...single), unit: 'WRU', aim: { most: 12 }, target: 'P17' },
      {
        name: 'write units of an operation in a batch',
        value: Math.max(...batch),
        unit: 'WRU',
        aim: { most: 9 },
        target: 'P17',
      },
      ...[...costs].flatMap(([name, each]) => describe(name, each)),
    ],
  };
}

function describe(name: string, costs: readonly (Asked & { readonly cpuMs: number })[]): readonly Figure[] {
  const parts = [
    ['calls', 'calls of DynamoDB', 'calls'],
    ['writeUnits', 'write units', 'WRU'],
    ['readUnits', 'read units', 'RRU'],
  ] as const;
  return [
    ...parts.flatMap(([part, what, unit]): Figure[] => {
      const values = costs.map((cost) => cost[part]);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      if (most === 0) return [];
      return [
        { name: `${name}: ${what}`, value: most, unit },
        { name: `${name}: ${what}, most by least`, value: most / least, unit: '×', aim: { most: FLAT }, target: 'P17' },
      ];
    }),
    ...costs.map(({ cpuMs }, index) => ({
      name: `${name}: processor time at ${JOURNALS[index]?.toLocaleString('en')} entries`,
      value: cpuMs,
      unit: 'ms',
    })),
  ];
}

interface World {
  readonly handler: ApiHandler;
  /** What was asked since the last call. */
  readonly take: () => Asked;
}

function openWorld(tables: GeneratedTables): World {
  let asked: Asked = { calls: 0, writeUnits: 0, readUnits: 0 };
  const send = async (action: DynamodbAction, request: never): Promise<unknown> => {
    const output = tables.answer(action, request);
    asked.calls += 1;
    asked.readUnits += readUnits({ action, input: request, output });
    if (action === 'TransactWriteItems') {
      const { TransactItems: items } = request as DynamodbRequests['TransactWriteItems'];
      asked.writeUnits += transactionUnits(items, (key) => tables.row(key));
    }
    return output;
  };
  const clock = new MemoryClock();
  const telemetry = new MemoryTelemetry();
  const tableNames = { accounts: 'a', changes: 'c', chunks: 'k', files: 'f', sessions: 's' };
  const dynamodb = { client: { send } as DynamodbCalls, clock, random: systemRandom, tableNames };
  const objects = new MemoryObjectStore({ clock });
  const dependencies = {
    accounts: new DynamodbAccountStore(dynamodb),
    namespaces: new DynamodbNamespaceStore(dynamodb),
    chunks: new DynamodbChunkIndex({ ...dynamodb, objects }),
    uploads: new DynamodbUploadStore(dynamodb),
    objects,
    keyRing,
    clock,
    random: systemRandom,
    meter: telemetry,
    decide: decideOperation,
  };
  return {
    handler: createApiHandler<'commit' | 'listChanges'>(
      { clock, telemetry, accounts: dependencies.accounts },
      journalRoutes,
      {
        commit: ({ body }, caller) => answerCommit(dependencies, body, caller),
        listChanges: ({ query }, caller) => listChanges(dependencies, query, caller),
      },
    ),
    take: () => {
      const taken = asked;
      asked = { calls: 0, writeUnits: 0, readUnits: 0 };
      return taken;
    },
  };
}

async function measure(world: World, event: ApiEvent): Promise<Asked & { readonly cpuMs: number }> {
  const cpuMs: number[] = [];
  let asked = world.take();
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    const { statusCode, body } = await world.handler(event);
    const { user, system } = process.cpuUsage(before);
    if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}: ${body}`);
    cpuMs.push((user + system) / 1000);
    asked = world.take();
  }
  return { ...asked, cpuMs: median(cpuMs) };
}
