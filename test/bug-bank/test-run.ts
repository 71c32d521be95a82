import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { Catcher } from './planted-bug.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Jest is started for each bug, and compiled for the first. */
const NODE_COMPILE_CACHE = path.join(root, 'node_modules/.cache/bug-bank');

/** What one test did. `passed` and `failed` only of tests that ran. */
export interface TestResult {
  readonly catcher: Catcher;
  readonly status: 'passed' | 'failed' | 'not-run';
  readonly messages: readonly string[];
}

export interface TestRun {
  readonly results: readonly TestResult[];
  /** Why a file could not even be loaded, or why nothing is known. */
  readonly defect: string | undefined;
}

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ title: z.string(), fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/** Runs these tests and no others, with a bug in or without one. Ends the run after `timeoutMs`. */
export async function runTests(
  catchers: readonly Catcher[],
  options: { readonly bug: string | undefined; readonly workers: number; readonly timeoutMs: number },
): Promise<TestRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'syncline-bug-'));
  const report = path.join(folder, 'report.json');
  try {
    const output = await runJest(catchers, { ...options, report });
    return readReport(catchers, report, output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a whole suite, which was run without any bug, says of these tests. `report` is Jest's, as JSON. */
export function readTests(catchers: readonly Catcher[], report: string): TestRun {
  return readReport(catchers, report, 'the suite has left no report');
}

function runJest(
  catchers: readonly Catcher[],
  options: {
    readonly bug: string | undefined;
    readonly workers: number;
    readonly timeoutMs: number;
    readonly report: string;
  },
): Promise<string> {
  const { SYNCLINE_BUG: _none, ...environment } = process.env;
  const files = [...new Set(catchers.map(({ file }) => file))];
  const names = [...new Set(catchers.map(({ test }) => escaped(test)))].join('|');
  const child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--json',
      '--silent',
      `--outputFile=${options.report}`,
      `--maxWorkers=${options.workers}`,
      `--testNamePattern=(${names})$`,
      '--runTestsByPath',
      ...files,
    ],
    {
      cwd: root,
      env: { ...environment, NODE_COMPILE_CACHE, ...(options.bug === undefined ? {} : { SYNCLINE_BUG: options.bug }) },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let output = '';
  child.stderr.on('data', (data: Buffer) => {
    output += data.toString();
  });
  const timer = setTimeout(() => {
    output = `it did not end within ${options.timeoutMs} ms`;
    child.kill('SIGKILL');
  }, options.timeoutMs);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
}

function readReport(catchers: readonly Catcher[], file: string, output: string): TestRun {
  let read: z.infer<typeof Report>;
  try {
    read = z.parse(Report, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // A run that was ended, or that could not begin, leaves no report: its output says why.
    return { results: [], defect: output.slice(-2000) };
  }
  const broken = read.testResults.find(({ assertionResults }) => assertionResults.length === 0);
  return { results: catchers.map((catcher) => resultOf(catcher, read)), defect: broken?.message };
}

/** A test that is made several times, for several services, fails when one of them does. */
function resultOf(catcher: Catcher, { testResults }: z.infer<typeof Report>): TestResult {
  const found = testResults
    .filter(({ name }) => path.relative(root, name).replaceAll(path.sep, '/') === catcher.file)
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ title, status }) => title === catcher.test && (status === 'passed' || status === 'failed'));
  const failed = found.filter(({ status }) => status === 'failed');
  const status = failed.length > 0 ? 'failed' : found.length > 0 ? 'passed' : 'not-run';
  return { catcher, status, messages: failed.flatMap(({ failureMessages }) => failureMessages) };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
