import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateDirectory } from '../platform/node/configuration-directory.ts';
import { errorCode } from '../platform/node/error-code.ts';
import { thisUser } from '../platform/node/this-user.ts';
import { SOCKET_PATH_BYTES_MAX } from './limits.ts';

/** Where the daemon of an installation listens. */
export interface ControlAddress {
  /** What `net` listens on and connects to: a socket in a directory that its owner alone may enter, or a named pipe on Windows. */
  readonly path: string;
  /** The directory of the socket; undefined for a pipe. */
  readonly directory: string | undefined;
}

/** The same for every process of one account on one machine, whatever its environment. */
export function controlAddress(home: string, platform: NodeJS.Platform = process.platform): ControlAddress {
  const { uid, username } = thisUser();
  const name = createHash('sha256').update(`${username}\n${home}`).digest('hex').slice(0, 24);
  if (platform === 'win32') return { path: `\\\\.\\pipe\\syncline-${name}`, directory: undefined };
  const path = join(home, 'daemon.sock');
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return { path, directory: home };
  // Not os.tmpdir(), which differs between a terminal and a login item.
  const directory = join('/tmp', `syncline-${uid}-${name}`);
  return { path: join(directory, 'daemon.sock'), directory };
}

/**
 * Makes the directory of the socket. @throws Error when somebody else made it first: a directory for temporary files is open to all.
 */
export async function makeControlDirectory({ directory }: ControlAddress, home: string): Promise<void> {
  if (directory === undefined) return;
  if (directory === home) return makePrivateDirectory(home);
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  if (!(await isPrivate(directory))) throw new Error('the directory of the control socket belongs to somebody else');
}

/** Whether nobody else can have put a socket there. */
export async function isTrusted({ directory }: ControlAddress): Promise<boolean> {
  return directory === undefined || isPrivate(directory);
}

async function isPrivate(directory: string): Promise<boolean> {
  try {
    const stat = await lstat(directory);
    return stat.isDirectory() && stat.uid === thisUser().uid && (stat.mode & 0o022) === 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
