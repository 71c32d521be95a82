import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** How many builds of a kind are kept: enough for a few branches that a person moves between. */
const BUILDS_MAX = 4;

export interface Build {
  /** Holds the builds of this kind, each in a directory that is named by its fingerprint. */
  readonly store: string;
  readonly fingerprint: string;
  /** Fills an empty directory. */
  readonly make: (directory: string) => Promise<void>;
}

/** The directory of a build: the one that was made of the same sources before, or a new one, which is whole or not there. */
export async function keptBuild({ store, fingerprint, make }: Build): Promise<string> {
  const directory = path.join(store, fingerprint);
  if (existsSync(directory)) return directory;
  await mkdir(store, { recursive: true });
  const unfinished = await mkdtemp(path.join(store, 'unfinished-'));
  try {
    await make(unfinished);
    await rename(unfinished, directory).catch((error: unknown) => {
      // Another process has finished the same build first, and either one will do.
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOldest(store);
  return directory;
}

async function removeOldest(store: string): Promise<void> {
  const names = (await readdir(store)).filter((name) => !name.startsWith('unfinished-'));
  const ages = await Promise.all(
    names.map(async (name) => ({ name, madeAtMs: (await stat(path.join(store, name))).mtimeMs })),
  );
  const oldest = ages.toSorted((a, b) => b.madeAtMs - a.madeAtMs).slice(BUILDS_MAX);
  for (const { name } of oldest) await rm(path.join(store, name), { recursive: true, force: true });
}
