import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { KeptBytes } from '../../lambdas/chunks/memory-object-store.ts';

/** Keeps bytes in one file, one behind the other, so that a service of a test can hold more than fits into memory. */
export class BytesOnDisk {
  readonly #path: string;
  readonly #file: number;
  #end = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'w+');
  }

  keep(bytes: Uint8Array): KeptBytes {
    const begin = this.#end;
    const { length } = bytes;
    for (let written = 0; written < length; ) {
      written += writeSync(this.#file, bytes, written, length - written, begin + written);
    }
    this.#end += length;
    return {
      length,
      slice: (start = 0, end = length) => this.#read(begin + start, Math.max(0, Math.min(end, length) - start)),
    };
  }

  /** Nothing that was kept can be read any more. */
  close(): void {
    closeSync(this.#file);
    rmSync(this.#path);
  }

  #read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let read = 0; read < length; ) read += readSync(this.#file, bytes, read, length - read, position + read);
    return bytes;
  }
}
