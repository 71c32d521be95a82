/**
 * AssemblyScript: `findBoundary` of boundary-rule.ts, which says what a boundary is. Compiled by client/generate/compile-kernel.ts, once
 * with SIMD and once without; both and the reference give the same.
 */

const GATE_NEAR: u32 = 0x9e37;
const GATE_FAR: u32 = 0x79b1;
const GATE_OPEN: u32 = 0x7ff0;
const GATE_BITS: u32 = 12;
const SEAL_SEED: u32 = 0x2545f491;
const SEAL_FACTOR: u32 = 0x9e3779b1;
const WINDOW_BYTES: usize = 64;

/** Whether the seal of a place that has passed the gate begins with enough zeros. */
function isSealed(place: usize, shift: u32): bool {
  let seal: u32 = SEAL_SEED;
  for (let at: usize = place - WINDOW_BYTES; at < place; at += 4) {
    seal = (seal ^ load<u32>(at)) * SEAL_FACTOR;
    seal ^= seal >> 15;
  }
  return (seal * SEAL_FACTOR) >> shift == 0;
}

/** The half of the gate that belongs to the four bytes from `at` on. */
function half(at: usize): u32 {
  return <u32>load<u16>(at) + <u32>load<u16>(at, 2) * GATE_NEAR;
}

function passesGate(place: usize): bool {
  return ((half(place - 8) * GATE_FAR + half(place - 4)) & 0xfff0) == GATE_OPEN;
}

function findOneByOne(from: usize, to: usize, shift: u32): usize {
  for (let place = from; place < to; place++) {
    if (passesGate(place) && isSealed(place, shift)) return place;
  }
  return 0;
}

/**
 * Zero, as no address is so high, but no compiler knows. A constant is put into a register anew each time that it is used in a loop, which
 * takes half of the time of the loops below; what is computed before them stays.
 */
function zeroFrom(from: usize): u32 {
  return <u32>(from >> 31);
}

/** Two lanes of 32 bits, of which 16 have a value. */
const LANES: u64 = 0x0000ffff0000ffff;
/** From what passes the gate on, where the 16 bits of the gate are the highest ones of a signed number. */
const OPEN_LOW: i32 = <i32>(GATE_OPEN << 16);
const OPEN_HIGH: i64 = (<i64>GATE_OPEN) << 48;

/**
 * The halves of four bytes and of the four after them, in two lanes, from all eight and from the eight that begin two bytes later. With the
 * words w0 w1 w2 w3 the sum of w0 + w1·2^16 + w2·2^32 + w3·2^48 and (w1 + w3·2^32)·(GATE_NEAR - 2^16) is
 * (w0 + w1·GATE_NEAR) + (w2 + w3·GATE_NEAR)·2^32, and the lower lane stays below 2^32.
 */
function halfPair(bytes: u64, twoLater: u64, near: u64, lanes: u64): u64 {
  return (bytes + (twoLater & lanes) * near) & lanes;
}

/** The gates of two places, four bytes apart, in the upper 16 bits of two lanes; what is below them carries nothing into them. */
function gatePair(before: u64, now: u64, far: u64): u64 {
  return before * far + ((before >> 16) | (now << 48));
}

/**
 * How far `to` must be for eight places to be looked at together: thirteen bytes from the first of them on are read, and those before the
 * place `to` - 1 are there, but perhaps no more.
 */
const PAIRS_AHEAD: usize = 14;

/** Eight places at once, without SIMD: four pairs of them. */
function findByPairs(from: usize, to: usize, shift: u32): usize {
  if (from + PAIRS_AHEAD > to) return findOneByOne(from, to, shift);
  const zero = <u64>zeroFrom(from);
  const lanes = LANES | zero;
  const near = (<u64>GATE_NEAR - 0x10000) | zero;
  const far = ((<u64>GATE_FAR) << 16) | zero;
  const open = OPEN_HIGH | <i64>zero;
  // Addresses are counted from the first byte that is looked at: what is added to them costs nothing, what is taken away does.
  let at = from - 8;
  let before0 = halfPair(load<u64>(at), load<u64>(at, 2), near, lanes);
  let before1 = halfPair(load<u64>(at, 1), load<u64>(at, 3), near, lanes);
  let before2 = halfPair(load<u64>(at, 2), load<u64>(at, 4), near, lanes);
  let before3 = halfPair(load<u64>(at, 3), load<u64>(at, 5), near, lanes);
  for (; at + 8 + PAIRS_AHEAD <= to; at += 8) {
    const now0 = halfPair(load<u64>(at, 8), load<u64>(at, 10), near, lanes);
    const now1 = halfPair(load<u64>(at, 9), load<u64>(at, 11), near, lanes);
    const now2 = halfPair(load<u64>(at, 10), load<u64>(at, 12), near, lanes);
    const now3 = halfPair(load<u64>(at, 11), load<u64>(at, 13), near, lanes);
    const gates0 = gatePair(before0, now0, far);
    const gates1 = gatePair(before1, now1, far);
    const gates2 = gatePair(before2, now2, far);
    const gates3 = gatePair(before3, now3, far);
    if (<i32>gates0 >= OPEN_LOW && isSealed(at + 8, shift)) return at + 8;
    if (<i32>gates1 >= OPEN_LOW && isSealed(at + 9, shift)) return at + 9;
    if (<i32>gates2 >= OPEN_LOW && isSealed(at + 10, shift)) return at + 10;
    if (<i32>gates3 >= OPEN_LOW && isSealed(at + 11, shift)) return at + 11;
    if (<i64>gates0 >= open && isSealed(at + 12, shift)) return at + 12;
    if (<i64>gates1 >= open && isSealed(at + 13, shift)) return at + 13;
    if (<i64>gates2 >= open && isSealed(at + 14, shift)) return at + 14;
    if (<i64>gates3 >= open && isSealed(at + 15, shift)) return at + 15;
    before0 = now0;
    before1 = now1;
    before2 = now2;
    before3 = now3;
  }
  return findOneByOne(at + 8, to, shift);
}

/** As `half`, for eight places, each two bytes after the one before. */
function halves(at: usize, near: v128): v128 {
  return i16x8.add(v128.load(at), i16x8.mul(v128.load(at, 2), near));
}

/** The gates of eight places, from the halves of the sixteen bytes before and from these. */
function gates(before: v128, now: v128, far: v128): v128 {
  const fourEarlier = v128.shuffle<i16>(before, now, 6, 7, 8, 9, 10, 11, 12, 13);
  return i16x8.add(i16x8.mul(fourEarlier, far), now);
}

/** The first sealed place of those that `lanes` tells; 0 when there is none. */
function firstSealed(place: usize, lanes: u32, shift: u32): usize {
  for (let open = lanes; open != 0; open &= open - 1) {
    const at = place + <usize>ctz(open);
    if (isSealed(at, shift)) return at;
  }
  return 0;
}

/** Bit 2·n is set where lane n of `even` passes the gate, bit 2·n + 1 where lane n of `odd` does. */
function places(even: v128, odd: v128, below: v128): u32 {
  // A lane of ones has two bytes of ones: of the even places the lower one is taken, of the odd ones the upper one.
  return (i8x16.bitmask(i16x8.gt_s(even, below)) & 0x5555) | (i8x16.bitmask(i16x8.gt_s(odd, below)) & 0xaaaa);
}

/** Thirty-two places at once: those at even and those at odd distance from `from`, eight lanes each. */
function findByLanes(from: usize, to: usize, shift: u32): usize {
  const zero = <i16>zeroFrom(from);
  const near = i16x8.splat(<i16>GATE_NEAR | zero);
  const far = i16x8.splat(<i16>GATE_FAR | zero);
  const below = i16x8.splat(<i16>(GATE_OPEN - 1) | zero);
  let at = from - 20;
  let evenBefore = halves(at, near);
  let oddBefore = halves(at + 1, near);
  for (; at + 52 <= to; at += 32) {
    const even0 = halves(at + 16, near);
    const odd0 = halves(at + 17, near);
    const even1 = halves(at + 32, near);
    const odd1 = halves(at + 33, near);
    const evenGates0 = gates(evenBefore, even0, far);
    const oddGates0 = gates(oddBefore, odd0, far);
    const evenGates1 = gates(even0, even1, far);
    const oddGates1 = gates(odd0, odd1, far);
    const highest = i16x8.max_s(i16x8.max_s(evenGates0, oddGates0), i16x8.max_s(evenGates1, oddGates1));
    if (v128.any_true(i16x8.gt_s(highest, below))) {
      const open = places(evenGates0, oddGates0, below) | (places(evenGates1, oddGates1, below) << 16);
      const found = firstSealed(at + 20, open, shift);
      if (found != 0) return found;
    }
    evenBefore = even1;
    oddBefore = odd1;
  }
  return findOneByOne(at + 20, to, shift);
}

/** The first boundary of `bits` bits at `from` or after it and before `to`; 0 when there is none. */
export function find(from: usize, to: usize, bits: u32): usize {
  const shift = 32 - (bits - GATE_BITS);
  if (from >= to) return 0;
  if (ASC_FEATURE_SIMD) return findByLanes(from, to, shift);
  return findByPairs(from, to, shift);
}
