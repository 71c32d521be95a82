import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import { serveGeneratedAws } from './handlers/generated-aws.ts';
import { GeneratedTables } from './handlers/generated-tables.ts';
import { type HandlerRequest, handlerRequests } from './handlers/handler-events.ts';
import { type HandlerRun, runHandler } from './handlers/handler-run.ts';
import { type TwinBundles, writeTwins } from './handlers/twin-bundles.ts';

const KB = 1000;
const ROUNDS = 7;
const WARM_UPS = 20;
const WARM_REQUESTS = 20;
const JOURNAL_ENTRIES = 100_000;

/** A role's session token is about as long. */
const SESSION_TOKEN = 't'.repeat(800);
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_SESSION_TOKEN: SESSION_TOKEN,
  ACCOUNTS_TABLE: 'accounts',
  FILES_TABLE: 'files',
  CHANGES_TABLE: 'changes',
  CHUNKS_TABLE: 'chunks',
  SESSIONS_TABLE: 'sessions',
  BUCKET: 'bucket',
  KEY_SECRET_ID: 'key',
  STAGE: 'bench',
  QUOTA_BYTES: '1000000',
  DEDUP_SCOPE: 'deployment',
};

/** What does a function cost to load and to answer, beside the same function over AWS's SDK? In turns, each on one CPU. */
export async function benchHandlerCost(context: BenchContext): Promise<BenchResult> {
  const { directory } = context;
  const rounds = context.rounds(ROUNDS);
  const aws = await serveGeneratedAws(new GeneratedTables({ entries: JOURNAL_ENTRIES }));
  try {
    const figures: Figure[] = [];
    for (const request of await handlerRequests(JOURNAL_ENTRIES)) {
      const twins = await writeTwins(directory, request.functionName);
      const event = join(directory, 'event.json');
      await writeFile(event, JSON.stringify(request.event));
      const environment = { ...ENVIRONMENT, AWS_ENDPOINT_URL: aws.endpoint };
      const run = (bundle: string): Promise<HandlerRun> =>
        runHandler({ bundle, event, environment, warmUps: WARM_UPS, requests: WARM_REQUESTS });
      const own: HandlerRun[] = [];
      const sdk: HandlerRun[] = [];
      for (let round = 0; round < rounds; round++) {
        own.push(await run(twins.own));
        sdk.push(await run(twins.sdk));
      }
      figures.push(...(await describe(request, twins, { own, sdk })));
    }
    return {
      question: 'What does a function cost to load and to answer, beside the same function over AWS’s SDK?',
      note: `medians of ${rounds}; AWS is answered from generated tables on this machine; the SDK’s twin has AWS’s DynamoDB and S3 clients, marshaller and presigner`,
      figures,
    };
  } finally {
    aws.stop();
  }
}

async function describe(
  { name }: HandlerRequest,
  twins: TwinBundles,
  runs: { readonly own: readonly HandlerRun[]; readonly sdk: readonly HandlerRun[] },
): Promise<readonly Figure[]> {
  const compare = (part: keyof HandlerRun, what: string, ratio: Partial<Figure>): readonly Figure[] => {
    const own = median(runs.own.map((run) => run[part]));
    const sdk = median(runs.sdk.map((run) => run[part]));
    return [
      { name: `${name}: ${what}`, value: own, unit: 'ms' },
      { name: `${name}: ${what}, SDK`, value: sdk, unit: 'ms' },
      { name: `${name}: ${what}, against the SDK`, value: own / sdk, unit: '×', ...ratio },
    ];
  };
  return [
    { name: `${name}: bundle`, value: await kilobytes(twins.own), unit: 'KB', aim: { most: 150 }, target: 'P12' },
    { name: `${name}: bundle, SDK`, value: await kilobytes(twins.sdk), unit: 'KB' },
    ...compare('startMs', 'import + first request', { aim: { most: 0.6 }, target: 'P12' }),
    ...compare('startCpuMs', 'processor time of import + first request', {}),
    ...compare('warmCpuMs', 'processor time when warm', { aim: { most: 0.5 }, target: 'P12' }),
  ];
}

async function kilobytes(file: string): Promise<number> {
  return (await stat(file)).size / KB;
}
