import path from 'node:path';
import { isolatedEnvironment } from './environment.ts';
import { keptBuild } from './kept-builds.ts';
import { runCommand } from './run-command.ts';
import { sourceFingerprint } from './source-fingerprint.ts';

const BUILD_TIMEOUT_MS = 180_000;

/** All that a build of the web app reads. */
const SOURCES = [
  'web/src',
  'web/public',
  'web/hosting',
  'web/index.html',
  'web/link.html',
  'web/vite.config.ts',
  'web/write-shell-files.ts',
  'web/package.json',
  'client/src',
  'protocol/src',
  'package-lock.json',
  'tsconfig.base.json',
];
const ENDINGS = [
  '.ts',
  '.tsx',
  '.css',
  '.html',
  '.json',
  '.svg',
  '.png',
  '.txt',
  '.ico',
  '.webmanifest',
  '.wasm',
  '.woff2',
];

export interface WebBuildOptions {
  readonly projectDir: string;
  /** Keeps finished builds. */
  readonly localDir: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the web app, or finds the build of the same sources, and returns its directory.
 * @throws StartProblem that shows what the builder said.
 */
export async function buildWebApp({ projectDir, localDir, log, signal }: WebBuildOptions): Promise<string> {
  const settings = process.version;
  const fingerprint = await sourceFingerprint({ projectDir, places: SOURCES, endings: ENDINGS, settings });
  const make = async (directory: string): Promise<void> => {
    log('Building the web app …');
    const vite = path.join(projectDir, 'node_modules', 'vite', 'bin', 'vite.js');
    await runCommand({
      purpose: 'building the web app',
      file: process.execPath,
      args: [vite, 'build', '--outDir', directory, '--emptyOutDir', '--logLevel', 'warn'],
      cwd: path.join(projectDir, 'web'),
      env: { ...isolatedEnvironment(), NODE_ENV: 'production' },
      timeoutMs: BUILD_TIMEOUT_MS,
      remedy: 'The message above names the mistake in web/, client/ or protocol/.',
      signal,
    });
  };
  return keptBuild({ store: path.join(localDir, 'web'), fingerprint, make });
}
