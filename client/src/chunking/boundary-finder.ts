import { assert } from '@syncline/protocol/assert';
import { KiB } from '@syncline/protocol/units';
import { SCALAR_KERNEL, SIMD_KERNEL } from './boundary-kernel.ts';
import { findBoundary, WINDOW_BYTES } from './boundary-rule.ts';

/** Bytes of a file that are looked at together: few enough to be in the cache until they are hashed, too. */
export const BLOCK_BYTES = 1024 * KiB;

/** Memory of WebAssembly comes in pages. */
const PAGE_BYTES = 64 * KiB;
/** There are two places for a block, each after a page that has the end of the block before. */
const PLACE_BYTES = PAGE_BYTES + BLOCK_BYTES;
const MEMORY_BYTES = 2 * PLACE_BYTES;

assert(MEMORY_BYTES % PAGE_BYTES === 0, 'a block must be whole pages');
assert(PAGE_BYTES >= WINDOW_BYTES, 'what a boundary hangs on must fit before a block');

/** Finds boundaries in a stream, block by block. Places are counted from the start of the present block. */
export interface BoundaryFinder {
  readonly kernel: BoundaryKernel;
  /** Where the present block is put: up to BLOCK_BYTES, which stay until `turn` was called twice. */
  readonly block: Uint8Array<ArrayBuffer>;
  /** Where the next one can be put already. */
  readonly nextBlock: Uint8Array<ArrayBuffer>;
  /** The first boundary of `bits` bits from `from` on and before `to`. */
  find(from: number, to: number, bits: number): number | undefined;
  /** Goes on to the next block of the stream; the present one has `length` bytes. */
  turn(length: number): void;
}

export type BoundaryKernel = 'simd' | 'scalar' | 'reference';

/** The fastest that runs here, or the one that is asked for: all find the same. @throws where that one does not run. */
export function openBoundaryFinder(kernel: BoundaryKernel = fastestKernel()): BoundaryFinder {
  const { bytes, find } = kernel === 'reference' ? openReference() : openModule(MODULES[kernel]);
  const blockAt = (start: number) => bytes.subarray(start, start + BLOCK_BYTES);
  let start = PAGE_BYTES;
  let nextStart = start + PLACE_BYTES;
  let block = blockAt(start);
  let nextBlock = blockAt(nextStart);
  return {
    kernel,
    get block() {
      return block;
    },
    get nextBlock() {
      return nextBlock;
    },
    find: (from, to, bits) => {
      const found = find(start + from, start + to, bits);
      return found === 0 ? undefined : found - start;
    },
    turn: (length) => {
      bytes.copyWithin(nextStart - WINDOW_BYTES, start + length - WINDOW_BYTES, start + length);
      [start, nextStart] = [nextStart, start];
      [block, nextBlock] = [nextBlock, block];
    },
  };
}

/** Bytes, and what finds boundaries among them: 0 for none. */
interface OpenKernel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly find: (from: number, to: number, bits: number) => number;
}

const MODULES = { simd: SIMD_KERNEL, scalar: SCALAR_KERNEL } as const;

/** Where WebAssembly is missing or forbidden, the reference does its work, more slowly. */
function fastestKernel(): BoundaryKernel {
  const { WebAssembly } = host;
  return (
    (['simd', 'scalar'] as const).find((name) => WebAssembly?.validate(decode(MODULES[name])) === true) ?? 'reference'
  );
}

function openReference(): OpenKernel {
  const bytes = new Uint8Array(MEMORY_BYTES);
  return { bytes, find: (from, to, bits) => findBoundary(bytes, { from, to }, bits) ?? 0 };
}

function openModule(base64: string): OpenKernel {
  const { WebAssembly } = host;
  assert(WebAssembly !== undefined, 'a kernel that is asked for must run here');
  const memory = new WebAssembly.Memory({ initial: MEMORY_BYTES / PAGE_BYTES });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(decode(base64)), { env: { memory } });
  return { bytes: new Uint8Array(memory.buffer), find: exports.find };
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** What is used of WebAssembly. It belongs to neither the language nor the types of all platforms. */
interface Host {
  readonly WebAssembly?: {
    readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
    readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
    readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
    readonly Instance: new (
      module: object,
      imports: { readonly env: { readonly memory: object } },
    ) => { readonly exports: { readonly find: OpenKernel['find'] } };
  };
}
const host = globalThis as unknown as Host;
