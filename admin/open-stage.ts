import { readFile } from 'node:fs/promises';
import { SECOND_MS } from '@syncline/protocol';
import { S3ObjectStore } from '../lambdas/chunks/s3-object-store.ts';
import type { AwsConnection } from '../lambdas/runtime/aws-connection.ts';
import { AwsRequests } from '../lambdas/runtime/aws-requests.ts';
import { createDynamodbClient } from '../lambdas/runtime/dynamodb-client.ts';
import { systemClock, systemRandom } from '../lambdas/runtime/system-clock.ts';
import { engineAt, signingNameOf } from '../lambdas/search/engine-kind.ts';
import { S3RemovableObjects } from '../lambdas/sweep/s3-removable-objects.ts';
import { AdminProblem } from './admin-problem.ts';
import type { DeploymentAccess } from './audit.ts';
import { awsAccount } from './aws-account.ts';
import type { TablesAccess } from './set-back.ts';

export interface StageOptions {
  readonly stage: string;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** What `npm start` has written, for the stage `local`. */
  readonly outputsFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const DESCRIBE_MS_MAX = 30 * SECOND_MS;

/** The tables and the bucket of a deployed stage, named by the outputs of its stack. @throws AdminProblem when there are none. */
export async function openStage(options: StageOptions): Promise<DeploymentAccess> {
  const { connection, find, tables } = await openStorage(options);
  const bucket = find('BucketName');
  return {
    ...tables,
    objects: new S3ObjectStore({ bucket, clock: systemClock, connection }),
    listing: new S3RemovableObjects({ bucket, connection }),
  };
}

/** All tables of a deployed stage, also the one that nobody needs for a check. @throws AdminProblem when there are none. */
export async function openTables(options: StageOptions): Promise<TablesAccess> {
  return (await openStorage(options)).tables;
}

/** A deployed stage as who looks after its search index sees it. */
export interface SearchAccess {
  readonly connection: AwsConnection;
  readonly endpoint: string;
  /** Of what the index is to follow, of contents whose words are to be read, and of what was put aside of both. */
  readonly queueUrls: {
    readonly tasks: string;
    readonly tasksAside: string;
    readonly contents: string;
    readonly contentsAside: string;
  };
  /** Absent where it is no domain of AWS. */
  readonly domainName?: string | undefined;
  /** By which requests to the index are signed. */
  readonly signingName: string;
  readonly tableNames: Omit<TablesAccess['tableNames'], 'chunks'>;
}

/** Where the search index of a deployed stage is, and what it is made from. @throws AdminProblem when there is none. */
export async function openSearch(options: StageOptions): Promise<SearchAccess> {
  const { connection, tables } = await openStorage(options);
  const outputs = await stackOutputs(connection, `Syncline-${options.stage}-Search`);
  const find = outputFinder(options, outputs);
  const endpoint = find('SearchEndpoint');
  return {
    connection,
    endpoint,
    queueUrls: {
      tasks: find('IndexQueueUrl'),
      tasksAside: find('IndexAsideUrl'),
      contents: find('ContentQueueUrl'),
      contentsAside: find('ContentAsideUrl'),
    },
    domainName: outputs.get('SearchDomainName'),
    signingName: signingNameOf(engineAt(endpoint)),
    tableNames: tables.tableNames,
  };
}

/** What every look at a stage begins with. */
async function openStorage(options: StageOptions) {
  const connection = options.stage === 'local' ? await localConnection(options) : remoteConnection(options);
  const find = outputFinder(options, await stackOutputs(connection, `Syncline-${options.stage}-Storage`));
  const client = createDynamodbClient({ connection });
  const tables: TablesAccess = { client, tableNames: tableNames(find), clock: systemClock, random: systemRandom };
  return { connection, find, tables };
}

function tableNames(find: OutputFinder): TablesAccess['tableNames'] {
  return {
    accounts: find('AccountsTable'),
    changes: find('ChangesTable'),
    chunks: find('ChunksTable'),
    files: find('FilesTable'),
    sessions: find('SessionsTable'),
  };
}

type OutputFinder = (name: string) => string;

/** Outputs of one stack by name. */
function outputFinder({ stage }: StageOptions, outputs: ReadonlyMap<string, string>): OutputFinder {
  return (name) => {
    const value = outputs.get(name);
    if (value !== undefined) return value;
    throw new AdminProblem({
      what: `The stack of the stage "${stage}" has no output ${name}.`,
      remedy: 'Deploy this version first: it names its tables.',
    });
  };
}

async function localConnection({ outputsFile }: StageOptions): Promise<AwsConnection> {
  try {
    const { endpoint, region } = JSON.parse(await readFile(outputsFile, 'utf8')) as {
      readonly endpoint: string;
      readonly region: string;
    };
    return { endpoint, region, credentials: async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }) };
  } catch (error) {
    throw new AdminProblem({
      what: `The local service does not run: ${error instanceof Error ? error.message : String(error)}`,
      remedy: 'Start it with "npm start", or name a deployed stage by --stage.',
    });
  }
}

function remoteConnection({ region, profile, environment }: StageOptions): AwsConnection {
  const chosen = region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  if (chosen !== undefined) return awsAccount({ region: chosen, profile, environment, clock: systemClock });
  throw new AdminProblem({
    what: 'Nobody has said in which region of AWS the stage is.',
    remedy: 'Name it by --region, or set AWS_REGION.',
  });
}

/** Source: AWS CloudFormation API Reference, DescribeStacks. */
async function stackOutputs(connection: AwsConnection, stackName: string): Promise<ReadonlyMap<string, string>> {
  const requests = new AwsRequests({ signingName: 'cloudformation', connection, requestMsMax: DESCRIBE_MS_MAX });
  const answer = await requests.send({
    method: 'POST',
    url: new URL(connection.endpoint ?? `https://cloudformation.${connection.region}.amazonaws.com`),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(`Action=DescribeStacks&Version=2010-05-15&StackName=${stackName}`),
  });
  const text = answer.body.toString();
  if (answer.status !== 200) {
    throw new AdminProblem({
      what: `AWS does not tell of the stack ${stackName}: ${/<Message>([^<]*)/.exec(text)?.[1] ?? answer.status}`,
      remedy: 'Look at --stage, --region and --profile, and whether the stage is deployed there.',
    });
  }
  const pairs = text.matchAll(/<OutputKey>([^<]*)<\/OutputKey>\s*<OutputValue>([^<]*)<\/OutputValue>/g);
  return new Map([...pairs].map(([, key = '', value = '']) => [key, value]));
}
