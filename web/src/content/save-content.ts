import type { Node } from '@syncline/protocol';
import { ARCHIVE_PATH, addressOf, contentPath } from './content-address.ts';
import type { ArchiveFile, ToServiceWorker } from './content-messages.ts';
import { ARCHIVE_FILES_MAX, KEEP_AWAKE_MS, KEEP_AWAKE_MS_MAX } from './limits.ts';

/** Saves a file, of any size: the browser writes it to the disk as it comes, and every chunk of it was verified. */
export function saveFile(node: Node): void {
  keepAwake();
  load(contentPath(addressOf(node, true)));
}

/** Saves files as one ZIP archive. @throws RangeError for more than ARCHIVE_FILES_MAX files. */
export async function saveArchive(name: string, files: readonly ArchiveFile[]): Promise<void> {
  if (files.length > ARCHIVE_FILES_MAX) throw new RangeError('too many files for one archive');
  const id = crypto.randomUUID();
  const { port1, port2 } = new MessageChannel();
  const kept = new Promise<void>((resolve) => {
    port1.addEventListener('message', () => resolve());
    port1.start();
  });
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ kind: 'archive', id, files } satisfies ToServiceWorker, [port2]);
  await kept;
  keepAwake();
  load(`${ARCHIVE_PATH}${id}/${encodeURIComponent(name)}`);
}

/** An answer that is an attachment is saved; the frame stays empty. */
function load(path: string): void {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = path;
  frame.title = '';
  document.body.append(frame);
  setTimeout(() => frame.remove(), KEEP_AWAKE_MS_MAX);
}

let awake: number | undefined;

/** Browsers end a service worker that hears nothing, also while it writes a long answer. */
function keepAwake(): void {
  if (awake !== undefined) return;
  awake = window.setInterval(sayAwake, KEEP_AWAKE_MS);
}

function sayAwake(): void {
  navigator.serviceWorker.controller?.postMessage({ kind: 'awake' } satisfies ToServiceWorker);
}
