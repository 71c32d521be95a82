import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import type { DiskCalls } from './disk-calls.ts';
import { errorCode } from './error-code.ts';
import { makeDirectories } from './make-directories.ts';
import { nodeDiskCalls } from './node-disk-calls.ts';
import { readBytes } from './read-bytes.ts';
import { writeBytes } from './write-bytes.ts';

/** Directory of this installation's configuration and state; several of them on one machine are independent devices. */
export function configurationDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const { SYNCLINE_HOME, XDG_CONFIG_HOME, APPDATA } = environment;
  if (SYNCLINE_HOME !== undefined && SYNCLINE_HOME !== '') return resolve(SYNCLINE_HOME);
  if (process.platform === 'win32') return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Syncline');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Syncline');
  return join(XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'syncline');
}

/** What helps when a file of the sign-in is damaged. */
export const SIGN_IN_AGAIN = 'Move it away, then sign in again with `syncline login`.';

/** A file of the configuration directory is not what Syncline wrote; `remedy` is what a person can do. */
export class DamagedConfigurationError extends Error {
  override readonly name = 'DamagedConfigurationError';
  readonly remedy: string;

  constructor(facts: { readonly file: string; readonly remedy: string; readonly cause?: unknown }) {
    super(`'${facts.file}' is damaged.`, { cause: facts.cause });
    this.remedy = facts.remedy;
  }
}

/** Makes the directory, for its owner alone. */
export async function makePrivateDirectory(directory: string, calls: DiskCalls = nodeDiskCalls): Promise<void> {
  await makeDirectories(calls, directory, 0o700);
  await calls.chmod(directory, 0o700);
}

/** The bytes of a file as text, or undefined when there is none. */
export async function readTextFile(file: string, calls: DiskCalls = nodeDiskCalls): Promise<string | undefined> {
  try {
    const handle = await calls.open(file, constants.O_RDONLY);
    try {
      const { size } = await handle.stat();
      return new TextDecoder().decode(await readBytes(handle, { start: 0, end: Number(size) }));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * What a JSON file of the configuration directory says; undefined when there is none.
 * @throws DamagedConfigurationError with the remedy, when it is not what the schema tells.
 */
export async function readConfigurationFile<S extends z.core.$ZodType>(
  file: string,
  expected: { readonly schema: S; readonly remedy: string },
): Promise<z.output<S> | undefined> {
  const text = await readTextFile(file);
  if (text === undefined) return undefined;
  const decoded = z.safeParse(expected.schema, parseJson(text));
  if (decoded.success) return decoded.data;
  throw new DamagedConfigurationError({ file, remedy: expected.remedy, cause: decoded.error });
}

/** Replaces a file as a whole, readable by its owner alone: readers see the old text or the new one. */
export async function writePrivateFile(file: string, text: string, calls: DiskCalls = nodeDiskCalls): Promise<void> {
  await makePrivateDirectory(dirname(file), calls);
  const staged = `${file}.${randomBytes(6).toString('hex')}.new`;
  const handle = await calls.open(staged, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await writeBytes(handle, 0, new TextEncoder().encode(text));
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    calls.renameSync(staged, file);
  } catch (error) {
    calls.unlinkSync(staged);
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON fits no schema; the caller names the file.
    return undefined;
  }
}
