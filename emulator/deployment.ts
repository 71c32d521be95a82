import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { AWS_REGION, isolatedEnvironment } from './environment.ts';
import { runCommand } from './run-command.ts';
import { StartProblem } from './start-problem.ts';

const DEPLOY_TIMEOUT_MS = 300_000;

/** The one account that the emulator has, and the bucket that the CDK publishes templates and bundles to. */
const ASSET_BUCKET = `cdk-hnb659fds-assets-000000000000-${AWS_REGION}`;

/** What clients, tests and scripts need to know of a deployed stack; the content of `.local/outputs.json`. */
export interface StackOutputs {
  readonly apiUrl: string;
  readonly socketUrl: string;
  readonly endpoint: string;
  readonly region: string;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly bucket: string;
  /** Of OpenSearch; absent where search is off. */
  readonly searchEndpoint?: string;
}

/** Each output and the stack output it is read from. */
const OUTPUT_NAMES = {
  apiUrl: 'ApiUrl',
  socketUrl: 'SocketUrl',
  userPoolId: 'UserPoolId',
  clientId: 'UserPoolClientId',
  bucket: 'BucketName',
} as const;

export interface DeployOptions {
  readonly projectDir: string;
  /** The assembly, addressed to this endpoint. */
  readonly assemblyDir: string;
  readonly endpoint: string;
  /** Of the search engine, where there is one. */
  readonly searchEndpoint: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Deploys every stack of the assembly with the CDK CLI. What is deployed already and unchanged is left alone. */
export async function deploy(options: DeployOptions): Promise<StackOutputs> {
  const { projectDir, assemblyDir, endpoint, searchEndpoint, signal } = options;
  await makeAssetBucket(endpoint);
  // A working directory without a cdk.json of its own, which the CLI would read.
  const workDir = path.join(path.dirname(assemblyDir), 'deploy');
  await mkdir(workDir, { recursive: true });
  const outputsFile = path.join(workDir, 'outputs.json');
  await rm(outputsFile, { force: true });
  const choices = ['--all', '--require-approval=never', '--method=direct', '--concurrency=4', '--ci', '--no-notices'];
  await runCommand({
    purpose: 'deploying to the emulator',
    file: process.execPath,
    args: [
      path.join(projectDir, 'node_modules', 'aws-cdk', 'bin', 'cdk'),
      'deploy',
      ...choices,
      `--app=${assemblyDir}`,
      `--outputs-file=${outputsFile}`,
    ],
    cwd: workDir,
    env: { ...isolatedEnvironment(), AWS_ENDPOINT_URL: endpoint, CDK_DISABLE_CLI_TELEMETRY: 'true', HOME: workDir },
    timeoutMs: DEPLOY_TIMEOUT_MS,
    remedy: 'The message above says what was refused. "npm run reset" starts over with empty data.',
    signal,
  });
  const outputs = readOutputs(await readFile(outputsFile, 'utf8'), endpoint);
  return searchEndpoint === undefined ? outputs : { ...outputs, searchEndpoint };
}

/** All of `cdk bootstrap` that stage `local` uses: its stacks are deployed with the caller's rights, not with roles. */
async function makeAssetBucket(endpoint: string): Promise<void> {
  const response = await fetch(`${endpoint}/${ASSET_BUCKET}`, { method: 'PUT' });
  await response.body?.cancel();
}

function readOutputs(text: string, endpoint: string): StackOutputs {
  const stacks = Object.values(JSON.parse(text) as Record<string, Record<string, string>>);
  const find = (name: string): string => {
    const value = stacks.map((stack) => stack[name]).find((candidate) => candidate !== undefined);
    if (value !== undefined) return value;
    throw new StartProblem({ what: `No stack has the output ${name}.`, remedy: 'lib/stacks has to name it.' });
  };
  return {
    apiUrl: find(OUTPUT_NAMES.apiUrl),
    socketUrl: find(OUTPUT_NAMES.socketUrl),
    endpoint,
    region: AWS_REGION,
    userPoolId: find(OUTPUT_NAMES.userPoolId),
    clientId: find(OUTPUT_NAMES.clientId),
    bucket: find(OUTPUT_NAMES.bucket),
  };
}
