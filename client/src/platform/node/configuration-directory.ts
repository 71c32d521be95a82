import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { errorCode } from './error-code.ts';

/** Directory of this installation's configuration and state; several of them on one machine are independent devices. */
export function configurationDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const { SYNCLINE_HOME, XDG_CONFIG_HOME, APPDATA } = environment;
  if (SYNCLINE_HOME !== undefined && SYNCLINE_HOME !== '') return resolve(SYNCLINE_HOME);
  if (process.platform === 'win32') return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Syncline');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Syncline');
  return join(XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'syncline');
}

/** A file of the configuration directory is not what Syncline wrote. */
export class DamagedConfigurationError extends Error {
  override readonly name = 'DamagedConfigurationError';
}

/** Makes the directory, for its owner alone. */
export async function makePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
}

/** The bytes of a file as text, or undefined when there is none. */
export async function readTextFile(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces a file as a whole, readable by its owner alone: readers see the old text or the new one. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  await makePrivateDirectory(dirname(file));
  const staged = `${file}.${randomBytes(6).toString('hex')}.new`;
  const handle = await open(staged, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await rename(staged, file);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}
