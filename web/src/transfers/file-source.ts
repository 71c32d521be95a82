/** A file of this computer that can be read piece by piece. */
export interface FileSource {
  readonly size: number;
  /** Of its last write. */
  readonly modifiedAtMs: number;
  /** Bytes `start` to `end` (exclusive). @throws when the file was changed or removed since it was chosen. */
  read(wanted: { readonly start: number; readonly end: number }): Promise<Uint8Array>;
  /** Frees the memory of what `read` gave, at once: the collector would leave hundreds of MiB of it. */
  readonly release?: ((bytes: Uint8Array) => void) | undefined;
  /** The same bytes, which the browser reads by itself while it sends them. */
  readonly part?: ((wanted: { readonly start: number; readonly end: number }) => Blob) | undefined;
}

/** A browser's file. Nothing of it is in memory but what is asked for. */
export function fileSourceOf(file: Blob & { readonly lastModified?: number }): FileSource {
  return {
    size: file.size,
    modifiedAtMs: file.lastModified ?? 0,
    release: ({ buffer }) => void (buffer as ArrayBuffer).transfer(0),
    part: ({ start, end }) => file.slice(start, end),
    read: async ({ start, end }) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}
