import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { compiledKernel, KERNEL_FILE } from './compiled-kernel.ts';

test('the kernel in the repository is what its source compiles to', () => {
  expect(readFileSync(KERNEL_FILE, 'utf8')).toBe(compiledKernel());
});
