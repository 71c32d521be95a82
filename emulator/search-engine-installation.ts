import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { downloadEnvironment } from './environment.ts';
import { lockFile } from './file-lock.ts';
import { runCommand } from './run-command.ts';
import { StartProblem } from './start-problem.ts';

/**
 * The core of OpenSearch without plugins, as its own integration tests run it: 51 MB instead of 900. What is built on it keeps to
 * analysers, field types and queries of the core, and so runs on every OpenSearch.
 */
const VERSION = '2.19.5';
const ARCHIVE_URL = `https://repo1.maven.org/maven2/org/opensearch/distribution/integ-test-zip/opensearch/${VERSION}/opensearch-${VERSION}.zip`;
/** Of exactly this archive. */
const ARCHIVE_SHA512 =
  'b179fb4504f8ad9375bf7c4eb2fc32ce7af0e6a8721b202453318607a420efb7a03afadee3cd770b2ceadcbf847a46f680afafda4deb4014919f24e8935df38a';

const JAVA_MAJOR_MIN = 11;
const PROBE_TIMEOUT_MS = 20_000;
const INSTALL_TIMEOUT_MS = 600_000;
/** Another process may be installing the same. */
const LOCK_WAIT_MS = INSTALL_TIMEOUT_MS + 60_000;

const HOW_TO_GET_JAVA = [
  `Install Java ${JAVA_MAJOR_MIN} or newer, then run this again:`,
  '  Debian, Ubuntu   sudo apt install default-jre-headless',
  '  macOS            brew install openjdk',
  '  Windows          winget install EclipseAdoptium.Temurin.21.JRE',
].join('\n');

export interface SearchInstallOptions {
  /** Holds the installation and what says that it is complete. */
  readonly localDir: string;
  /** An interpreter that unpacks the archive. */
  readonly python: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Installs OpenSearch when it is not there yet, and returns its directory.
 * @throws StartProblem when there is no Java, or the archive cannot be had.
 */
export async function installSearchEngine(options: SearchInstallOptions): Promise<string> {
  await checkJava(options.signal);
  const directory = path.join(options.localDir, 'search-engine', VERSION);
  const completeFile = path.join(directory, 'complete');
  if (existsSync(completeFile)) return directory;
  await mkdir(options.localDir, { recursive: true });
  const lock = await lockFile(path.join(options.localDir, 'search-engine.lock'), { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) {
    throw new StartProblem({
      what: 'Another process has been installing OpenSearch for a long time.',
      remedy: 'Wait for it, or end it, then run this again.',
    });
  }
  try {
    if (existsSync(completeFile)) return directory;
    options.log('Installing OpenSearch into .local/search-engine (once, 51 MB) …');
    await runCommand({
      purpose: 'installing OpenSearch',
      file: options.python,
      args: [path.join(import.meta.dirname, 'unpack_archive.py'), ARCHIVE_URL, ARCHIVE_SHA512, directory],
      env: downloadEnvironment(),
      timeoutMs: INSTALL_TIMEOUT_MS,
      remedy: 'It needs repo1.maven.org once. Check the network, then run this again.',
      signal: options.signal,
    });
    await writeFile(completeFile, '');
    return directory;
  } finally {
    lock.release();
  }
}

async function checkJava(signal: AbortSignal | undefined): Promise<void> {
  const probe = { purpose: 'looking for Java', file: 'java', args: ['-version'], timeoutMs: PROBE_TIMEOUT_MS };
  let text: string;
  try {
    text = await runCommand({ ...probe, env: downloadEnvironment(), remedy: HOW_TO_GET_JAVA, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new StartProblem({ what: 'there is no Java in PATH', remedy: HOW_TO_GET_JAVA, cause: error });
  }
  // 1.8.0 was the last version that began with a 1.
  const [, major = '0'] = /version "(\d+)/.exec(text) ?? [];
  if (Number(major) >= JAVA_MAJOR_MIN) return;
  throw new StartProblem({ what: `Java is of version ${major}, which is too old`, remedy: HOW_TO_GET_JAVA });
}
