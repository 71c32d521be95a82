import { chunkingFor } from '@syncline/protocol';
import { cutContent } from '../../../client/src/transfers/cut-content.ts';
import { fileSourceOf } from '../../../web/src/transfers/file-source.ts';
import type { Passed } from '../probe-results.ts';

/** Names the chunks of a file as uploads do, or only hashes pieces of their usual length: that is what the browser can do at most. */
const PIECE_BYTES = 1024 * 1024;
/** As many as uploads read ahead. */
const PIECES_AHEAD = 2;

interface Wanted {
  readonly way: 'cut' | 'digest';
  readonly file: File;
}

const page = globalThis as unknown as {
  postMessage(passed: Passed): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Wanted>) => void): void;
};
page.addEventListener('message', ({ data: { way, file } }) => {
  const begun = performance.now();
  void (way === 'cut' ? cut(file) : digest(file)).then(() =>
    page.postMessage({ bytes: file.size, ms: performance.now() - begun }),
  );
});

async function cut(file: File): Promise<void> {
  const { signal } = new AbortController();
  const chunks = await cutContent({ signal }, fileSourceOf(file), chunkingFor(file.size));
  if (chunks === undefined) throw new Error('the file changed');
}

async function digest(file: File): Promise<void> {
  const readAt = (start: number): Promise<ArrayBuffer> => file.slice(start, start + PIECE_BYTES).arrayBuffer();
  const ahead: Promise<ArrayBuffer>[] = [];
  for (let start = 0; start < file.size; start += PIECE_BYTES) {
    ahead.push(readAt(start));
    if (ahead.length > PIECES_AHEAD)
      await crypto.subtle.digest('SHA-256', await (ahead.shift() as Promise<ArrayBuffer>));
  }
  for (const bytes of ahead) await crypto.subtle.digest('SHA-256', await bytes);
}
