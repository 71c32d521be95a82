import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedConfigurationError } from '../platform/node/configuration-directory.ts';
import { errorCode } from '../platform/node/error-code.ts';
import { readLinkedFolders } from '../platform/node/linked-folders.ts';
import { readSettings } from '../platform/node/settings-store.ts';
import { thisUser } from '../platform/node/this-user.ts';
import { readSignIn } from '../sync/session.ts';
import { type Finding, fine, problem } from './finding.ts';

/** Whether the files of an installation can be read, each as what it should be. */
export async function checkConfiguration(home: string): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const read of [readSignIn, readLinkedFolders, readSettings]) {
    try {
      await read(home);
    } catch (failure) {
      found.push(explain(failure));
    }
  }
  return found.length > 0 ? found : [fine('configuration', 'All files of the configuration can be read.')];
}

function explain(failure: unknown): Finding {
  if (failure instanceof DamagedConfigurationError) return problem('configuration', failure.message, failure.remedy);
  const code = errorCode(failure);
  if (code === undefined) throw failure;
  return problem('configuration', `The configuration cannot be read (${code}).`, 'Check the permissions of its files.');
}

/** Whether nobody else can read what an installation keeps: tokens, names and paths. */
export async function checkPermissions(home: string, platform: NodeJS.Platform): Promise<readonly Finding[]> {
  // Windows keeps them by access lists, which the folder of a profile has for its owner alone.
  if (platform === 'win32') return [];
  const { uid } = thisUser();
  const open: string[] = [];
  const foreign: string[] = [];
  for (const file of [home, ...(await namesIn(home)).map((name) => join(home, name))]) {
    const stat = await lstat(file).catch(() => undefined);
    if (stat === undefined) continue;
    if (stat.uid !== uid) foreign.push(file);
    else if ((stat.mode & 0o077) !== 0) open.push(file);
  }
  return [
    ...foreign.map((file) =>
      problem(
        'permissions',
        `'${file}' belongs to another account of this computer.`,
        `Take it over: \`chown ${uid} …\`.`,
      ),
    ),
    ...open.map((file) =>
      problem('permissions', `'${file}' can be read by others.`, `Close it: \`chmod go= '${file}'\`.`),
    ),
    ...(foreign.length + open.length > 0 ? [] : [fine('permissions', 'Nobody else can read the configuration.')]),
  ];
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
