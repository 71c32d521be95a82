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

function passesGate(far: u32, near: u32): bool {
  return ((far * GATE_FAR + near) & 0xfff0) == GATE_OPEN;
}

/** The halves of the four places from `at` on are those that four places later are the far ones. */
function findByBytes(from: usize, to: usize, shift: u32): usize {
  let place = from;
  let far0 = half(place - 8);
  let far1 = half(place - 7);
  let far2 = half(place - 6);
  let far3 = half(place - 5);
  for (; place + 4 <= to; place += 4) {
    const near0 = half(place - 4);
    if (passesGate(far0, near0) && isSealed(place, shift)) return place;
    const near1 = half(place - 3);
    if (passesGate(far1, near1) && isSealed(place + 1, shift)) return place + 1;
    const near2 = half(place - 2);
    if (passesGate(far2, near2) && isSealed(place + 2, shift)) return place + 2;
    const near3 = half(place - 1);
    if (passesGate(far3, near3) && isSealed(place + 3, shift)) return place + 3;
    far0 = near0;
    far1 = near1;
    far2 = near2;
    far3 = near3;
  }
  for (; place < to; place++) {
    if (passesGate(half(place - 8), half(place - 4)) && isSealed(place, shift)) return place;
  }
  return 0;
}

/** As `half`, for eight places, each two bytes after the one before. */
function halves(at: usize): v128 {
  return i16x8.add(v128.load(at), i16x8.mul(v128.load(at, 2), i16x8.splat(<i16>GATE_NEAR)));
}

/** The halves of four bytes earlier, from those of the sixteen bytes before and from these. */
function fourEarlier(before: v128, now: v128): v128 {
  return v128.shuffle<i16>(before, now, 6, 7, 8, 9, 10, 11, 12, 13);
}

/** A lane of ones for each place that passes the gate. */
function gates(far: v128, near: v128): v128 {
  const gate = i16x8.add(i16x8.mul(far, i16x8.splat(<i16>GATE_FAR)), near);
  return i16x8.gt_s(gate, i16x8.splat(<i16>(GATE_OPEN - 1)));
}

/** The first sealed place among sixteen, of which `even` and `odd` tell which pass the gate; 0 when there is none. */
function firstSealed(place: usize, lanes: u32, shift: u32): usize {
  for (let open = lanes; open != 0; open &= open - 1) {
    const at = place + <usize>ctz(open);
    if (isSealed(at, shift)) return at;
  }
  return 0;
}

/** Bit 2·n is lane n of `even`, bit 2·n + 1 lane n of `odd`. */
function places(even: v128, odd: v128): u32 {
  // A lane of ones has two bytes of ones: of the even places the lower one is taken, of the odd ones the upper one.
  return (i8x16.bitmask(even) & 0x5555) | (i8x16.bitmask(odd) & 0xaaaa);
}

/** Sixteen places at once: those at even and those at odd distance from `from`, eight lanes each. */
function findByLanes(from: usize, to: usize, shift: u32): usize {
  let place = from;
  let evenBefore = halves(place - 20);
  let oddBefore = halves(place - 19);
  for (; place + 32 <= to; place += 32) {
    const even0 = halves(place - 4);
    const odd0 = halves(place - 3);
    const even1 = halves(place + 12);
    const odd1 = halves(place + 13);
    const evenGates0 = gates(fourEarlier(evenBefore, even0), even0);
    const oddGates0 = gates(fourEarlier(oddBefore, odd0), odd0);
    const evenGates1 = gates(fourEarlier(even0, even1), even1);
    const oddGates1 = gates(fourEarlier(odd0, odd1), odd1);
    if (v128.any_true(v128.or(v128.or(evenGates0, oddGates0), v128.or(evenGates1, oddGates1)))) {
      const found = firstSealed(place, places(evenGates0, oddGates0) | (places(evenGates1, oddGates1) << 16), shift);
      if (found != 0) return found;
    }
    evenBefore = even1;
    oddBefore = odd1;
  }
  return findByBytes(place, to, shift);
}

/** The first boundary of `bits` bits at `from` or after it and before `to`; 0 when there is none. */
export function find(from: usize, to: usize, bits: u32): usize {
  const shift = 32 - (bits - GATE_BITS);
  if (from >= to) return 0;
  if (ASC_FEATURE_SIMD) return findByLanes(from, to, shift);
  return findByBytes(from, to, shift);
}
