import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lockFile } from './file-lock.ts';
import { runCommand } from './run-command.ts';
import { StartProblem } from './start-problem.ts';

const PROBE_TIMEOUT_MS = 20_000;
const VENV_TIMEOUT_MS = 120_000;
const INSTALL_TIMEOUT_MS = 600_000;

/** Another process may be installing the same environment; it is given as long as an installation may take. */
const LOCK_WAIT_MS = VENV_TIMEOUT_MS + INSTALL_TIMEOUT_MS;

const PYTHON_MINOR_MIN = 10;

/** Tried in this order. `py` is the launcher that comes with Python on Windows. */
const CANDIDATES = ['python3', 'python', 'py', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

/** Prints the version, then fails when the parts are missing that Debian and others package apart from Python. */
const PROBE = 'import sys; print("%d.%d" % sys.version_info[:2], flush=True); import venv, ensurepip';

const HOW_TO_GET_PYTHON = [
  `Install Python 3.${PYTHON_MINOR_MIN} or newer, then run this again:`,
  '  Debian, Ubuntu   sudo apt install python3 python3-venv',
  '  macOS            brew install python3',
  '  Windows          winget install Python.Python.3.13',
].join('\n');

export interface PythonOptions {
  /** Holds the virtual environment and what says that it is complete. */
  readonly localDir: string;
  readonly requirementsFile: string;
  /** What is installed. @default the emulator */
  readonly tool?: PythonTool;
  readonly env: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface PythonTool {
  /** As people are told. */
  readonly name: string;
  /** Below localDir. */
  readonly folder: string;
}

const EMULATOR: PythonTool = { name: 'the AWS emulator', folder: 'emulator' };

/** Returns the interpreter of a virtual environment that has a tool in it, making the environment when needed. */
export async function ensurePythonEnvironment(options: PythonOptions): Promise<string> {
  await mkdir(options.localDir, { recursive: true });
  const { name, folder } = options.tool ?? EMULATOR;
  const lock = await lockFile(path.join(options.localDir, `${folder}.lock`), { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) {
    throw new StartProblem({
      what: `Another process has been installing ${name} for ${LOCK_WAIT_MS / 60_000} minutes.`,
      remedy: 'Wait for it, or end it, then run this again.',
    });
  }
  try {
    return await ensureUnderLock(options);
  } finally {
    lock.release();
  }
}

async function ensureUnderLock(options: PythonOptions): Promise<string> {
  const { name, folder } = options.tool ?? EMULATOR;
  const pins = createHash('sha256')
    .update(await readFile(options.requirementsFile))
    .digest('hex');
  // One for each set of pins: a running emulator keeps the one that it was started from.
  const directory = path.join(options.localDir, folder, pins.slice(0, 16));
  const python = path.join(directory, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const completeFile = path.join(directory, 'complete');
  // The environment points at the interpreter it was made with, which an upgrade of the system may have taken away.
  if (existsSync(completeFile) && (await probe(python, options)).kind === 'usable') return python;

  const base = await findPython(options);
  options.log(`Installing ${name} into .local/${folder} (once) …`);
  await rm(directory, { recursive: true, force: true });
  const common = { env: options.env, signal: options.signal };
  await runCommand({
    ...common,
    purpose: 'making a virtual environment for Python',
    file: base,
    args: ['-m', 'venv', directory],
    timeoutMs: VENV_TIMEOUT_MS,
    remedy: HOW_TO_GET_PYTHON,
  });
  const pipArgs = ['--quiet', '--disable-pip-version-check', '--no-input', '--requirement', options.requirementsFile];
  await runCommand({
    ...common,
    purpose: `installing ${name}`,
    file: python,
    args: ['-m', 'pip', 'install', ...pipArgs],
    timeoutMs: INSTALL_TIMEOUT_MS,
    remedy: 'It needs the Python package index once. Check the network and the settings of pip, then run this again.',
  });
  await writeFile(completeFile, '');
  return python;
}

async function findPython(options: PythonOptions): Promise<string> {
  const found: string[] = [];
  for (const candidate of CANDIDATES) {
    const result = await probe(candidate, options);
    if (result.kind === 'usable') return candidate;
    if (result.kind === 'unusable') found.push(`${candidate} ${result.why}`);
  }
  const what = found.length === 0 ? 'there is no "python3" in PATH' : found.join('; ');
  const { name } = options.tool ?? EMULATOR;
  throw new StartProblem({ what: `Python is needed for ${name}: ${what}.`, remedy: HOW_TO_GET_PYTHON });
}

type Probe = { readonly kind: 'usable' | 'absent' } | { readonly kind: 'unusable'; readonly why: string };

async function probe(python: string, { env, signal }: PythonOptions): Promise<Probe> {
  const command = { purpose: 'looking for Python', file: python, env, signal, timeoutMs: PROBE_TIMEOUT_MS, remedy: '' };
  let version: string;
  try {
    version = (await runCommand({ ...command, args: ['-c', PROBE] })).trim();
  } catch (error) {
    signal?.throwIfAborted();
    return explainFailedProbe(String(error));
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major === 3 && minor >= PYTHON_MINOR_MIN;
  return isNewEnough ? { kind: 'usable' } : { kind: 'unusable', why: `is version ${version}, which is too old` };
}

function explainFailedProbe(message: string): Probe {
  if (message.includes('ENOENT')) return { kind: 'absent' };
  const version = /^\s*(\d+\.\d+)\s*$/m.exec(message)?.[1];
  if (version === undefined) return { kind: 'unusable', why: 'does not run' };
  const part = /No module named '(\w+)'/.exec(message)?.[1] ?? 'a part of it';
  return { kind: 'unusable', why: `(version ${version}) lacks "${part}", which its package python3-venv brings` };
}
