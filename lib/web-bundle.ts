import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { cacheControl, contentType } from '@syncline/web/response-headers';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const projectRoot = join(import.meta.dirname, '..');
const BUILD_TIMEOUT_MS = 180_000;

/**
 * Gives `use` a directory with the built web app for as long as it runs, as the function that publishes it finds it in its layer:
 * `site/files.json` with the headers of each file, and the files below `site/files`. A stack whose code nobody asked for gets one without files.
 * @throws Error with what the builder said.
 */
export function withWebApp<Result>(scope: Construct, use: (directory: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-web-'));
  const files = join(directory, 'site', 'files');
  try {
    mkdirSync(files, { recursive: true });
    if (Stack.of(scope).bundlingRequired) build(files);
    writeFileSync(join(directory, 'site', 'files.json'), JSON.stringify(describeFiles(files)));
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function build(target: string): void {
  // Beside the sources, because the builder refuses to empty what lies elsewhere.
  const vite = join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js');
  const outDir = mkdtempSync(join(tmpdir(), 'syncline-vite-'));
  try {
    const { status, stderr, stdout, error } = spawnSync(
      process.execPath,
      [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'],
      { cwd: join(projectRoot, 'web'), encoding: 'utf8', timeout: BUILD_TIMEOUT_MS, env: buildEnvironment() },
    );
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`the web app was not built:\n${stdout}${stderr}`);
    cpSync(outDir, target, { recursive: true });
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** Nothing of the person's settings decides what is built. */
function buildEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NODE_ENV: 'production' };
}

function describeFiles(root: string) {
  const names = globSync('**/*', { cwd: root }).filter((name) => statSync(join(root, name)).isFile());
  return names
    .map((name) => `/${name.replaceAll(sep, '/')}`)
    .toSorted()
    .map((path) => ({ path, contentType: contentType(path), cacheControl: cacheControl(path) }));
}
