/** One picture of a film, as VP8 has it, and how far behind the one before it lies in the file. */
export interface FilmPicture {
  /** A key frame. */
  readonly frame: Uint8Array;
  /** Bytes without meaning that come after it, so that a small film is as long as a large one. */
  readonly padding: Uint8Array;
}

const WIDTH = 160;
const HEIGHT = 90;
const SECOND_MS = 1000;
/** A player looks at the first pictures, some dozens, to know what it has: in a film with one a second that would be half of it. */
export const PICTURES_PER_SECOND = 8;
const PICTURE_MS = SECOND_MS / PICTURES_PER_SECOND;

/**
 * A WebM of PICTURES_PER_SECOND, with an index in front: whoever seeks knows where to read. All bytes follow from what is given.
 * Source: RFC 8794 (EBML), RFC 9559 (Matroska).
 */
export function webmFilm(pictures: readonly FilmPicture[]): Buffer {
  const clusters = pictures.map(({ frame, padding }, index) => {
    // Track 1, at the time of the cluster, a key frame.
    const block = element('a3', Buffer.concat([Buffer.from([0x81, 0, 0, 0x80]), frame]));
    const cluster = element('1f43b675', Buffer.concat([element('e7', number(index * PICTURE_MS)), block]));
    return Buffer.concat([cluster, element('ec', padding)]);
  });
  const head = Buffer.concat([information(pictures.length), track()]);
  const cuesBytes = cues(clusters.map(() => 0)).length;
  let place = head.length + cuesBytes;
  const places = clusters.map((cluster) => {
    const start = place;
    place += cluster.length;
    return start;
  });
  const segment = element('18538067', Buffer.concat([head, cues(places), ...clusters]));
  return Buffer.concat([header(), segment]);
}

/** The VP8 frame of a WebP picture without transparency, which is a key frame. Source: RFC 9649. */
export function frameOfWebp(webp: Buffer): Uint8Array {
  for (let place = 12; place + 8 <= webp.length; ) {
    const length = webp.readUInt32LE(place + 4);
    if (webp.toString('latin1', place, place + 4) === 'VP8 ') return webp.subarray(place + 8, place + 8 + length);
    place += 8 + length + (length % 2);
  }
  throw new Error('the picture is not compressed as VP8');
}

export const FILM_SIZE = { width: WIDTH, height: HEIGHT } as const;

function header(): Buffer {
  const numbers = [
    ['4286', 1],
    ['42f7', 1],
    ['42f2', 4],
    ['42f3', 8],
    ['4287', 2],
    ['4285', 2],
  ] as const;
  const parts = numbers.map(([id, value]) => element(id, number(value)));
  return element('1a45dfa3', Buffer.concat([...parts, element('4282', Buffer.from('webm'))]));
}

function information(pictures: number): Buffer {
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE(pictures * PICTURE_MS);
  const names = ['4d80', '5741'].map((id) => element(id, Buffer.from('syncline')));
  return element(
    '1549a966',
    Buffer.concat([element('2ad7b1', number(1_000_000)), element('4489', duration), ...names]),
  );
}

function track(): Buffer {
  const size = element('e0', Buffer.concat([element('b0', number(WIDTH)), element('ba', number(HEIGHT))]));
  const entry = [element('d7', number(1)), element('73c5', number(1)), element('83', number(1))];
  const codec = element('86', Buffer.from('V_VP8'));
  return element('1654ae6b', element('ae', Buffer.concat([...entry, codec, size])));
}

function cues(places: readonly number[]): Buffer {
  const points = places.map((place, index) => {
    const position = Buffer.concat([element('f7', number(1)), element('f1', number(place))]);
    return element('bb', Buffer.concat([element('b3', number(index * PICTURE_MS)), element('b7', position)]));
  });
  return element('1c53bb6b', Buffer.concat(points));
}

/** Lengths are written in eight bytes, so that they are as long whatever they say. */
function element(id: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(data.length) | (1n << 56n));
  return Buffer.concat([Buffer.from(id, 'hex'), length, data]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
