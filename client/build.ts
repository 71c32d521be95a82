/**
 * Bundles the command line into dist/syncline.mjs, or into a folder that is named as the argument, and beside it the thread that it starts:
 * what is published.
 */
import { join } from 'node:path';
import { build } from 'esbuild';

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: {
    syncline: join('src', 'cli', 'main.ts'),
    'cutting-thread': join('src', 'platform', 'node', 'cutting-thread.ts'),
  },
  outdir: process.argv[2] ?? 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  legalComments: 'linked',
  // Some dependencies are CommonJS and call `require` for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: 'warning',
});
