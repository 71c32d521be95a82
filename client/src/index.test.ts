import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';

test('the SDK needs nothing that browsers do not have', async () => {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'index.ts')],
    bundle: true,
    format: 'esm',
    // A module of Node in the import graph is an error for this platform.
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  expect(bundle.errors).toEqual([]);
  expect(bundle.outputFiles[0]?.text).not.toMatch(/\bprocess\.|\bBuffer\b|\brequire\(/);
});
