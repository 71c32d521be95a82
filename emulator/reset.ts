/** `npm run reset -- [--data DIRECTORY]`: empties the data of the local stack. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { lockFile } from './file-lock.ts';
import { localDir } from './local-stack.ts';

/** What a data directory holds; anything else in it is not ours to remove. */
const OURS = [
  'assembly',
  'clean-stop',
  'deploy',
  'deployed.json',
  'emulator.log',
  'lock',
  'objects',
  'running.json',
  'search',
  'state',
  'tmp',
];

const { values } = parseArgs({ options: { data: { type: 'string' } } });
const base = process.env['INIT_CWD'] ?? process.cwd();
const dataDir = values.data === undefined ? path.join(localDir, 'data') : path.resolve(base, values.data);

if (existsSync(dataDir) && (await readdir(dataDir)).length > 0) process.exitCode = await reset();
else process.stdout.write(`There is no data in ${dataDir}.\n`);

async function reset(): Promise<number> {
  await mkdir(dataDir, { recursive: true });
  const isOurs = existsSync(path.join(dataDir, 'lock')) && existsSync(path.join(dataDir, 'emulator.log'));
  if (!isOurs) {
    process.stderr.write(`${dataDir} is not a data directory of the local stack. Nothing was removed.\n`);
    return 1;
  }
  const lock = await lockFile(path.join(dataDir, 'lock'), { waitMs: 0 });
  if (lock === undefined) {
    process.stderr.write(`Syncline is running on ${dataDir}. Stop it first, then run this again.\n`);
    return 1;
  }
  for (const name of OURS) {
    if (name !== 'lock') await rm(path.join(dataDir, name), { recursive: true, force: true });
  }
  lock.release();
  process.stdout.write(`Emptied ${dataDir}. The next "npm start" begins with no accounts and no files.\n`);
  return 0;
}
