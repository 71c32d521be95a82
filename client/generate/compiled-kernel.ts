import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '@syncline/protocol';

const FOLDER = new URL('../src/chunking/', import.meta.url);
const SOURCE_FILE = fileURLToPath(new URL('boundary-kernel.as.ts', FOLDER));
export const KERNEL_FILE = new URL('boundary-kernel.ts', FOLDER);

/** The compiler of the package `assemblyscript`, as a process: its types would change those of the language everywhere else. */
const COMPILER_FILE = fileURLToPath(new URL('../../node_modules/assemblyscript/bin/asc.js', import.meta.url));

/** No runtime, and no memory of its own: a module is its one function. */
const OPTIONS = ['--runtime', 'stub', '-O3', '--noAssert', '--importMemory'];

/** The text of boundary-kernel.ts, which holds both compiled modules. */
export function compiledKernel(): string {
  return [
    '/** Compiled from boundary-kernel.as.ts by `npm run generate:kernel`, as base64. Not to be edited. */',
    'export const SIMD_KERNEL =',
    `  '${compile(['--enable', 'simd'])}';`,
    'export const SCALAR_KERNEL =',
    `  '${compile(['--disable', 'simd'])}';`,
    '',
  ].join('\n');
}

function compile(features: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-kernel-'));
  try {
    const module = join(directory, 'kernel.wasm');
    const args = [COMPILER_FILE, SOURCE_FILE, ...OPTIONS, ...features, '--outFile', module];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert(status === 0, `${SOURCE_FILE} does not compile: ${stderr}`);
    return readFileSync(module).toString('base64');
  } finally {
    rmSync(directory, { recursive: true });
  }
}
