/**
 * What a boundary is. Frozen, as the lengths of chunks are: these numbers and formulas are the format in which equal bytes are found
 * again. boundary-kernel.as.ts says the same in WebAssembly; tests hold both against each other.
 *
 * A place in a file, before byte `p`, is a boundary of `bits` bits when two hashes of the bytes before it agree:
 *
 * - the *gate*, 16 bits over 8 bytes: four little-endian words w0 w1 w2 w3, so that
 *   `(w0 + w1·GATE_NEAR)·GATE_FAR + w2 + w3·GATE_NEAR` is from GATE_OPEN to GATE_CLOSED, modulo 2^16. One place in 2^12 passes. It is made
 *   for SIMD: 16-bit lanes, and as a signed number one comparison. Runs of one byte never pass, so they make chunks of full length.
 * - the *seal*, 32 bits over 64 bytes, at places that pass: its first `bits` - GATE_BITS bits are zero. It looks further back, so that
 *   bytes that repeat do not decide, and it is worth the time only there.
 */
const GATE_NEAR = 0x9e37;
const GATE_FAR = 0x79b1;
const GATE_OPEN = 0x7ff0;
const GATE_CLOSED = 0x7fff;
/** One place in 2^GATE_BITS passes the gate. */
const GATE_BITS = 12;

const SEAL_SEED = 0x2545f491;
const SEAL_FACTOR = 0x9e3779b1;

/** Bytes before a place on which it hangs whether it is a boundary. */
export const WINDOW_BYTES = 64;
const GATE_BYTES = 8;

/** Looked up once: in some hosts each look at a global is slow. */
const { imul } = Math;

/**
 * The first boundary of `bits` bits from `from` on and before `to`; undefined when there is none. The reference for the kernel, and what
 * takes its place where WebAssembly is missing. Precondition: `from` ≥ WINDOW_BYTES.
 */
export function findBoundary(
  bytes: Uint8Array,
  range: { readonly from: number; readonly to: number },
  bits: number,
): number | undefined {
  const seals = 32 - (bits - GATE_BITS);
  for (let place = range.from; place < range.to; place++) {
    const far = halfOfGate(bytes, place - GATE_BYTES);
    const near = halfOfGate(bytes, place - GATE_BYTES / 2);
    const gate = (imul(far, GATE_FAR) + near) & 0xffff;
    const passes = gate >= GATE_OPEN && gate <= GATE_CLOSED;
    if (passes && sealOf(bytes, place) >>> seals === 0) return place;
  }
  return undefined;
}

function halfOfGate(bytes: Uint8Array, start: number): number {
  return word(bytes, start) + imul(word(bytes, start + 2), GATE_NEAR);
}

function sealOf(bytes: Uint8Array, place: number): number {
  let seal = SEAL_SEED;
  for (let start = place - WINDOW_BYTES; start < place; start += 4) {
    seal = imul(seal ^ (word(bytes, start) | (word(bytes, start + 2) << 16)), SEAL_FACTOR);
    seal ^= seal >>> 15;
  }
  return imul(seal, SEAL_FACTOR);
}

/** Two bytes, the lower one first. */
function word(bytes: Uint8Array, start: number): number {
  return (bytes[start] ?? 0) | ((bytes[start + 1] ?? 0) << 8);
}
