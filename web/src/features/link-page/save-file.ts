import type { DownloadSink } from '@syncline/client';
import type { LinkNode } from '@syncline/protocol';
import { MEMORY_BYTES_MAX } from './limits.ts';

/** Where a file is put together, and what then happens with it. */
export interface SavePlace {
  readonly sink: DownloadSink;
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

interface WritableFile {
  createWritable(): Promise<FileSystemWritableFileStream>;
}
type SavePicker = (options: { readonly suggestedName: string }) => Promise<WritableFile>;

/** On the disk where the browser lets a page write there, in memory for a file that is not too large; undefined where neither can be. */
export async function openSavePlace({ name, size }: Pick<LinkNode, 'name' | 'size'>): Promise<SavePlace | undefined> {
  if (size <= MEMORY_BYTES_MAX) return inMemory(name, size);
  const picker: unknown = Reflect.get(window, 'showSaveFilePicker');
  return typeof picker === 'function' ? onDisk(await (picker as SavePicker)({ suggestedName: name })) : undefined;
}

function inMemory(name: string, size: number): SavePlace {
  const bytes = new Uint8Array(size);
  return {
    sink: { write: async (offset, part) => bytes.set(part, offset) },
    finish: async () => {
      // Never a type that a browser would show: the file comes from somebody unknown.
      const address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
      const anchor = document.createElement('a');
      anchor.href = address;
      anchor.download = name;
      anchor.click();
      // The browser has the file by then; the address would keep it in memory for the life of the page.
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    },
    discard: async () => undefined,
  };
}

async function onDisk(file: WritableFile): Promise<SavePlace> {
  const stream = await file.createWritable();
  return {
    sink: { write: (position, part) => stream.write({ type: 'write', position, data: new Uint8Array(part) }) },
    finish: () => stream.close(),
    discard: () => stream.abort(),
  };
}
