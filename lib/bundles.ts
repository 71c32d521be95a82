import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { type FunctionName, functions } from './functions.ts';

const projectRoot = join(import.meta.dirname, '..');

/** One file that is deployed: an ES module. */
export interface BundledFile {
  readonly bytes: Uint8Array;
  /** Files that went into it, relative to the project. */
  readonly inputs: readonly string[];
}

/** What is deployed as a function: a file that exports `handler`, and what it starts as processes of their own, by their names beside it. */
export interface Bundle extends BundledFile {
  readonly beside: ReadonlyMap<string, BundledFile>;
}

/** What functions start, and from which files it is made. */
const STARTED: Readonly<Partial<Record<FunctionName, Readonly<Record<string, string>>>>> = {
  extract: { reader: join('lambdas', 'extraction', 'reader-process.ts') },
};

let bundles: ReadonlyMap<FunctionName, Bundle> | undefined;

/**
 * The bundle of a function. All of them are built by one run of esbuild at the first call, which takes about as long as
 * one alone, and kept for the life of the process (docs/decisions/0010-bundles-in-one-pass.md).
 *
 * @throws Error when an entry is missing or does not compile.
 */
export function bundleOf(name: FunctionName): Bundle {
  bundles ??= buildBundles(Object.keys(functions) as FunctionName[]);
  const bundle = bundles.get(name);
  if (bundle === undefined) throw new Error(`no bundle was made for ${name}`);
  return bundle;
}

/**
 * Gives `use` a directory that holds the code of a function as `index.mjs`, and what it starts, for as long as it runs: CDK copies an asset
 * to its output when the construct is made. Assets are named by their content, so an unchanged function is not deployed
 * again. Stacks whose code nobody asked for (`cdk deploy` of other ones, tests of templates) are not bundled.
 */
export function withCode<Result>(scope: Construct, name: FunctionName, use: (directory: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), `syncline-${name}-`));
  try {
    const bundle = Stack.of(scope).bundlingRequired ? bundleOf(name) : undefined;
    writeFileSync(join(directory, 'index.mjs'), bundle?.bytes ?? '// not bundled');
    for (const [file, { bytes }] of bundle?.beside ?? []) writeFileSync(join(directory, file), bytes);
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function buildBundles(names: readonly FunctionName[]): ReadonlyMap<FunctionName, Bundle> {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: projectRoot,
    entryPoints: {
      ...Object.fromEntries(names.map((name) => [name, `lambdas/${name}.lambda.ts`])),
      ...Object.assign({}, ...Object.values(STARTED)),
    },
    outdir: 'bundles',
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    // What is CommonJS among the dependencies calls `require` for Node's own modules.
    banner: { js: "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);" },
  });
  const fileOf = (name: string): BundledFile => {
    const path = join(projectRoot, 'bundles', `${name}.mjs`);
    const file = outputFiles.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`esbuild made no bundle for ${name}`);
    const inputs = Object.keys(metafile.outputs[`bundles/${name}.mjs`]?.inputs ?? {});
    return { bytes: file.contents, inputs };
  };
  return new Map(
    names.map((name) => {
      const started = Object.keys(STARTED[name] ?? {});
      const beside = new Map(started.map((file) => [`${file}.mjs`, fileOf(file)]));
      return [name, { ...fileOf(name), beside }];
    }),
  );
}
