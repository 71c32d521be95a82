import { assert } from '@syncline/protocol/assert';
import { KiB } from '@syncline/protocol/units';
import { SCALAR_KERNEL, SIMD_KERNEL } from './boundary-kernel.ts';
import { findBoundary, WINDOW_BYTES } from './boundary-rule.ts';

/** Bytes of a file that are looked at together: few enough to stay in a core's own cache until they are hashed, too. */
export const BLOCK_BYTES = 512 * KiB;

/** Memory of WebAssembly comes in pages. */
const PAGE_BYTES = 64 * KiB;
/** Where a block begins in it; the page before has the end of the block before. */
const BLOCK_START = PAGE_BYTES;
const MEMORY_PAGES = (BLOCK_START + BLOCK_BYTES) / PAGE_BYTES;

assert(Number.isInteger(MEMORY_PAGES), 'a block must be whole pages');
assert(BLOCK_START >= WINDOW_BYTES, 'what a boundary hangs on must fit before a block');

/** Finds boundaries in a stream, block by block. Places are counted from the start of the block that is there. */
export interface BoundaryFinder {
  readonly kernel: BoundaryKernel;
  /** Where a block is put: up to BLOCK_BYTES, which stay until the next one is put there. */
  readonly block: Uint8Array<ArrayBuffer>;
  /** The first boundary of `bits` bits from `from` on and before `to`. */
  find(from: number, to: number, bits: number): number | undefined;
  /** Has to be called between two blocks of a stream: boundaries at the start of the next one hang on the end of this one. */
  keepEnd(length: number): void;
}

export type BoundaryKernel = 'simd' | 'scalar' | 'reference';

/** The fastest that runs here, or the one that is asked for: all find the same. @throws where that one does not run. */
export function openBoundaryFinder(kernel: BoundaryKernel = fastestKernel()): BoundaryFinder {
  const { bytes, find } = kernel === 'reference' ? openReference() : openModule(MODULES[kernel]);
  return {
    kernel,
    block: bytes.subarray(BLOCK_START),
    find: (from, to, bits) => {
      const found = find(BLOCK_START + from, BLOCK_START + to, bits);
      return found === 0 ? undefined : found - BLOCK_START;
    },
    keepEnd: (length) => {
      const end = BLOCK_START + length;
      bytes.copyWithin(BLOCK_START - WINDOW_BYTES, end - WINDOW_BYTES, end);
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
  const bytes = new Uint8Array(BLOCK_START + BLOCK_BYTES);
  return { bytes, find: (from, to, bits) => findBoundary(bytes, { from, to }, bits) ?? 0 };
}

function openModule(base64: string): OpenKernel {
  const { WebAssembly } = host;
  assert(WebAssembly !== undefined, 'a kernel that is asked for must run here');
  const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES });
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
