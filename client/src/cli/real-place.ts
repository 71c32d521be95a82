import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Links in the folders above are followed, the last name is not: it may be a link itself, or not be there. */
export async function realPlace(absolute: string): Promise<string> {
  const folder = dirname(absolute);
  if (folder === absolute) return absolute;
  const real = await realpath(folder).catch(() => realPlace(folder));
  return join(real, basename(absolute));
}
