/**
 * `npm run generate:kernel`: compiles the AssemblyScript of the chunker and writes client/src/chunking/boundary-kernel.ts, so that
 * nobody else needs its compiler. A test checks that the file is current.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compiledKernel, KERNEL_FILE } from './compiled-kernel.ts';

writeFileSync(KERNEL_FILE, compiledKernel());
process.stdout.write(`wrote ${fileURLToPath(KERNEL_FILE)}\n`);
