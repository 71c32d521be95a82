import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CLIENT = join(import.meta.dirname, '..', '..', 'client');

let made: Promise<string> | undefined;

/**
 * The file of the command line in a copy of the package as it is published: bundled, which is what people run, and what starts in half of
 * the time that its sources take. Made once, and gone with this process.
 */
export function publishedCommand(): Promise<string> {
  made ??= makePackage();
  return made;
}

async function makePackage(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'syncline-published-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  await promisify(execFile)(process.execPath, [join(CLIENT, 'build.ts'), join(directory, 'dist')]);
  await mkdir(join(directory, 'bin'));
  const command = join(directory, 'bin', 'syncline.mjs');
  await copyFile(join(CLIENT, 'bin', 'syncline.mjs'), command);
  return command;
}
