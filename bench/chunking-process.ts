/**
 * A program that cuts files as the client does, for chunking.bench.ts, which bundles it as the client is published.
 * Prints what it found as one line of JSON.
 */
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { chunkingFor } from '@syncline/protocol/chunking';
import { ContentCutter } from '../client/src/chunking/content-cutter.ts';
import { cutOpenFile, type OpenFile } from '../client/src/platform/node/cut-open-file.ts';
import { parseMemory } from './process-usage.ts';

const [way, ...files] = process.argv.slice(2);
const opened = files.map(openFile);
const chunks = way === 'here' ? await cutHere(opened) : await cutOnThreads(opened);
for (const { descriptor } of opened) closeSync(descriptor);
const rssPeakBytes = parseMemory(readFileSync('/proc/self/status', 'utf8')).rssPeakBytes;
process.stdout.write(`${JSON.stringify({ chunks, rssPeakBytes })}\n`);

function openFile(file: string): OpenFile {
  const descriptor = openSync(file, 'r');
  const { size } = statSync(file);
  return { descriptor, size, strategy: chunkingFor(size) };
}

/** One file after the other: one thread cuts and hashes, while another reads, as the client does with a file that comes alone. */
async function cutHere(all: readonly OpenFile[]): Promise<number> {
  const cutter = new ContentCutter();
  let count = 0;
  for (const file of all) count += (await cutOpenFile(cutter, file, { readsAhead: true }))?.length ?? 0;
  return count;
}

/** All at once, each on a thread. */
async function cutOnThreads(all: readonly OpenFile[]): Promise<number> {
  const { CuttingThreads } = await import('../client/src/platform/node/cutting-threads.ts');
  const threads = new CuttingThreads(all.length);
  const { signal } = new AbortController();
  const cut = await Promise.all(all.map((file) => threads.cut(file, signal)));
  await threads.close();
  return cut.reduce((sum, found) => sum + (found?.length ?? 0), 0);
}
