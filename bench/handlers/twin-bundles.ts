import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundleOf } from '../../lib/bundles.ts';
import type { FunctionName } from '../../lib/functions.ts';

const root = join(import.meta.dirname, '..', '..');
const SDK = join(import.meta.dirname, 'sdk');
/** What speaks to AWS, by the end of the path; everything else of a function is the same in its twin. */
const STANDS_FOR = /\/(dynamodb-client|dynamodb-attributes|s3-object-store)\.ts$/;

export interface TwinBundles {
  /** As it is deployed. */
  readonly own: string;
  /** The same function over AWS's SDK. */
  readonly sdk: string;
}

/** Writes both bundles of a function into a directory. */
export async function writeTwins(directory: string, name: FunctionName): Promise<TwinBundles> {
  const own = join(directory, `${name}.own.mjs`);
  const sdk = join(directory, `${name}.sdk.mjs`);
  await writeFile(own, bundleOf(name).bytes);
  await build({
    absWorkingDir: root,
    entryPoints: [`lambdas/${name}.lambda.ts`],
    outfile: sdk,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    banner: { js: "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);" },
    plugins: [overSdk],
  });
  return { own, sdk };
}

const overSdk: Plugin = {
  name: 'over-sdk',
  setup(bundling) {
    bundling.onResolve({ filter: STANDS_FOR }, ({ path, importer }) =>
      importer.startsWith(SDK) ? undefined : { path: join(SDK, path.slice(path.lastIndexOf('/') + 1)) },
    );
  },
};
