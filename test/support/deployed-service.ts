import { PassThrough, type Writable } from 'node:stream';
import { type Route, type RouteName, routes } from '@syncline/protocol';
import type { ApiEvent, ApiResult } from '../../lambdas/runtime/api-event.ts';
import { apiFunctionNames, type FunctionName, functions } from '../../lib/functions.ts';
import { AwsStandIn, type AwsStandInOptions } from './aws-stand-in.ts';

type Handler = (event: unknown, context: { readonly awsRequestId: string }) => Promise<unknown>;

/** What deployments tell all functions here; each reads what it needs of it. Names are those of the templates. */
const ENVIRONMENT = {
  ACCOUNTS_TABLE: 'DataAccounts',
  CHANGES_TABLE: 'DataChanges',
  CHUNKS_TABLE: 'DataChunks',
  FILES_TABLE: 'DataFiles',
  SESSIONS_TABLE: 'DataSessions',
  BUCKET: 'ChunksBucket',
  KEY_SECRET_ID: 'KeySecret',
  PUSH_QUEUE_URL: 'PushesQueue.Arn',
  DELIVERY_QUEUE_URL: 'DeliveriesQueue.Arn',
  WEBHOOK_TARGETS: 'public',
  DEAD_LETTERS_URL: 'ProjectionFeedDeadLetters.Arn',
  DEDUP_SCOPE: 'deployment',
  QUOTA_BYTES: '10000000000',
  ALLOWED_ORIGINS: 'https://app.example.test',
  SOCKET_URL: 'wss://socket.example.test',
  SCRUB_DAYS: '1',
  STREAM_URL: 'https://stream.example.test/',
  STAGE: 'prod',
  ISSUER: 'https://issuer.memory.test',
  AUDIENCE: 'memory',
  AWS_REGION: 'us-east-1',
  AWS_SECRET_ACCESS_KEY: 'secret-key-of-a-role',
} as const;

/** What Node's runtime in Lambda brings, for a function that streams; its answer is read to the end, and told nobody. */
const STREAMING = {
  streamifyResponse: (handle: (event: unknown, stream: Writable) => Promise<void>) => (event: unknown) =>
    handle(event, new PassThrough().resume()),
  HttpResponseStream: { from: (stream: Writable) => stream },
};

/** The functions as they are deployed, from their own entries, over what stands in for AWS; each signs with a key of its own. */
export class DeployedService {
  readonly aws: AwsStandIn;
  /** What the functions have written to their logs. */
  readonly lines: string[] = [];
  readonly #handlers = new Map<FunctionName, Handler>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AwsStandInOptions) {
    this.aws = new AwsStandIn(options);
  }

  async start(names: readonly FunctionName[]): Promise<void> {
    const endpoint = await this.aws.start();
    const sockets = `${endpoint}/v1`;
    Object.assign(globalThis, { awslambda: STREAMING });
    Object.assign(process.env, ENVIRONMENT, { AWS_ENDPOINT_URL: endpoint, SOCKET_ENDPOINT: sockets });
    for (const name of names) {
      process.env['AWS_ACCESS_KEY_ID'] = name;
      const entry = (await import(`../../lambdas/${name}.lambda.ts`)) as { readonly handler: Handler };
      this.#handlers.set(name, entry.handler);
    }
  }

  stop(): Promise<void> {
    return this.aws.stop();
  }

  /** Calls a function, one after the other: credentials belong to a process, and here all are in one. */
  call(name: FunctionName, event: unknown): Promise<unknown> {
    const turn = this.#turn.then(async () => {
      const handler = this.#handlers.get(name);
      if (handler === undefined) throw new Error(`${name} was not started`);
      process.env['AWS_ACCESS_KEY_ID'] = name;
      return this.#listening(() => handler(event, { awsRequestId: 'call' }));
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Gives an event to the function that serves its route. */
  async handle(event: ApiEvent): Promise<ApiResult> {
    const entry = Object.entries(routes as Readonly<Record<string, Route>>).find(
      ([, { method, path }]) => `${method} ${path}` === event.routeKey,
    );
    const serving = apiFunctionNames.find((name) =>
      (functions[name].routes as readonly RouteName[]).includes(entry?.[0] as RouteName),
    );
    if (serving === undefined) throw new Error(`nobody serves ${event.routeKey}`);
    return (await this.call(serving, event)) as ApiResult;
  }

  async #listening<T>(run: () => Promise<T>): Promise<T> {
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (line: string | Uint8Array) => this.lines.push(String(line)) > 0;
    try {
      return await run();
    } finally {
      process.stdout.write = write;
    }
  }
}
