import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isolatedEnvironment } from './environment.ts';
import { keptBuild } from './kept-builds.ts';
import { runCommand } from './run-command.ts';
import { sourceFingerprint } from './source-fingerprint.ts';

const SYNTHESIS_TIMEOUT_MS = 180_000;

/** All that a synthesis reads. */
const SOURCES = [
  'bin',
  'lib',
  'lambdas',
  'protocol/src',
  'web/hosting',
  'cdk.json',
  'package-lock.json',
  'tsconfig.base.json',
];

/**
 * Stands for the emulator's address in a synthesis, so that one synthesis serves every port. No other text of a template
 * can be equal to it, and nothing answers there should one be left over.
 */
const PLACEHOLDER = 'emulator.invalid:1';
/** The same for the search engine beside it. */
const SEARCH_PLACEHOLDER = 'search.invalid:1';

/** A cloud assembly: what `cdk deploy` deploys. */
export interface Assembly {
  readonly directory: string;
  /** The same for the same sources, whatever machine and port. */
  readonly fingerprint: string;
}

export interface SynthesisOptions {
  readonly projectDir: string;
  /** Keeps finished syntheses. */
  readonly localDir: string;
  /** Whether a search engine runs beside the emulator. */
  readonly hasSearch: boolean;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Synthesises stage `local`, or finds the synthesis of the same sources. The emulator's address is left open. */
export async function synthesize(options: SynthesisOptions): Promise<Assembly> {
  const { projectDir, localDir, hasSearch, log, signal } = options;
  const settings = `${process.version} ${hasSearch}`;
  const fingerprint = await sourceFingerprint({ projectDir, places: SOURCES, endings: ['.ts'], settings });
  const make = async (directory: string): Promise<void> => {
    log('Synthesising the templates and bundling the functions …');
    await runCommand({
      purpose: 'synthesising the stacks',
      file: process.execPath,
      args: [path.join('bin', 'syncline.ts')],
      cwd: projectDir,
      env: {
        ...isolatedEnvironment(),
        CDK_OUTDIR: directory,
        CDK_CONTEXT_JSON: JSON.stringify({
          stage: 'local',
          endpoint: `http://${PLACEHOLDER}`,
          // Receivers of who tries it out are on the same machine.
          webhookTargets: 'loopback',
          ...(hasSearch ? { searchEndpoint: `http://${SEARCH_PLACEHOLDER}` } : {}),
        }),
      },
      timeoutMs: SYNTHESIS_TIMEOUT_MS,
      remedy: 'The message above names the mistake in bin/, lib/ or lambdas/.',
      signal,
    });
  };
  return { directory: await keptBuild({ store: path.join(localDir, 'assemblies'), fingerprint, make }), fingerprint };
}

/** Writes a copy of the assembly that is for the emulator at `host`, as in `127.0.0.1:4566`. */
export async function addressAssembly(
  assembly: Assembly,
  target: { readonly host: string; readonly searchHost: string | undefined; readonly directory: string },
): Promise<void> {
  const { host, searchHost = SEARCH_PLACEHOLDER, directory } = target;
  await rm(directory, { recursive: true, force: true });
  await cp(assembly.directory, directory, { recursive: true });
  const files = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  const texts = new Map<string, string>();
  for (const name of files) texts.set(name, await readFile(path.join(directory, name), 'utf8'));
  const renamed = renamedTemplates(texts, `${host} ${searchHost}`);
  for (const [name, text] of texts) {
    let addressed = text.replaceAll(PLACEHOLDER, host).replaceAll(SEARCH_PLACEHOLDER, searchHost);
    for (const [before, after] of renamed) addressed = addressed.replaceAll(before, after);
    if (addressed !== text) await writeFile(path.join(directory, name), addressed);
  }
}

/**
 * Templates are uploaded under the hash of their content, and what is there already is not uploaded again. The content
 * changes with the address, so the names have to as well.
 */
function renamedTemplates(texts: ReadonlyMap<string, string>, host: string): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>();
  for (const [name, text] of texts) {
    if (!name.endsWith('.assets.json')) continue;
    const { files } = JSON.parse(text) as { readonly files: Record<string, { readonly source: { path?: string } }> };
    for (const [hash, { source }] of Object.entries(files)) {
      if (source.path?.endsWith('.template.json') !== true) continue;
      renamed.set(hash, createHash('sha256').update(`${hash} ${host}`).digest('hex'));
    }
  }
  return renamed;
}
