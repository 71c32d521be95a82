/** Bytes of a content; `end` is exclusive. */
export type ReadPart = (start: number, end: number) => Promise<Uint8Array>;

/** Reads parts of the content at an address of the app (`contentPath`), through the service worker. */
export function readPartAt(address: string): ReadPart {
  return async (start, end) => {
    if (end <= start) return new Uint8Array(0);
    const response = await fetch(address, { headers: { range: `bytes=${start}-${end - 1}` } });
    if (response.status !== 206) throw new Error(`a part was answered with ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
}
