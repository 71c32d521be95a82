import { relative, resolve, sep } from 'node:path';
import { type LinkedFolder, readLinkedFolders } from '../platform/node/linked-folders.ts';
import { CommandError } from './command-error.ts';
import { quote } from './escape-text.ts';
import { realPlace } from './real-place.ts';

/** The linked folder that a path is in, and the path in it. @throws CommandError when it is in none. */
export async function locate(
  home: string,
  given: string,
): Promise<{ readonly folder: LinkedFolder; readonly path: string }> {
  const absolute = await realPlace(resolve(given));
  for (const folder of await readLinkedFolders(home)) {
    if (absolute === folder.path) throw isWholeFolder(given);
    if (!absolute.startsWith(folder.path.endsWith(sep) ? folder.path : folder.path + sep)) continue;
    return { folder, path: relative(folder.path, absolute).split(sep).join('/') };
  }
  throw new CommandError({
    reason: 'notFound',
    code: 'not_linked',
    message: `${quote(given)} is in no linked folder.`,
    remedy: '`syncline status` lists the linked folders.',
  });
}

function isWholeFolder(given: string): CommandError {
  return new CommandError({
    reason: 'usage',
    code: 'usage',
    message: `${quote(given)} is a linked folder.`,
    remedy: 'Name something in it; `syncline status` tells about the whole folder.',
  });
}
