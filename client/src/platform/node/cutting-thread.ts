/** Started by cutting-threads.ts as a thread: cuts one open file after the other. */
import { parentPort } from 'node:worker_threads';
import { ContentCutter } from '../../chunking/content-cutter.ts';
import { cutOpenFile, type OpenFile, type ReadingOptions } from './cut-open-file.ts';

const cutter = new ContentCutter();

parentPort?.on('message', (file: OpenFile & ReadingOptions) => void answer(file));

async function answer({ readsAhead, ...file }: OpenFile & ReadingOptions): Promise<void> {
  try {
    parentPort?.postMessage({ kind: 'cut', chunks: await cutOpenFile(cutter, file, { readsAhead }) });
  } catch (cause) {
    parentPort?.postMessage({ kind: 'failed', cause });
  }
}
