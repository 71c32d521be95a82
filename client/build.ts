/** Bundles the command line into one file, dist/syncline.mjs, which is what is published. */
import { join } from 'node:path';
import { build } from 'esbuild';

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: [join('src', 'cli', 'main.ts')],
  outfile: join('dist', 'syncline.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  legalComments: 'linked',
  // Some dependencies are CommonJS and call `require` for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: 'warning',
});
