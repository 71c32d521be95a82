const JPEG = 0xffd8;
const APP1 = 0xffe1;
/** The picture itself begins: what says something of it stands before. */
const SCAN = 0xffda;
const EXIF = 'Exif\0\0';
const LITTLE_ENDIAN = 0x4949;
const TIFF = 42;
const EXIF_DIRECTORY = 0x8769;
const DATE_TIME_ORIGINAL = 0x9003;
const ENTRY_BYTES = 12;
const TIME = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/;
const SEGMENTS_MAX = 64;
const ENTRIES_MAX = 256;

/**
 * When a picture was taken, by the clock of its camera and without a time zone, such as `2026-10-31 10:00:00`: from the first bytes of a JPEG. Undefined where
 * they do not say so. Whatever the bytes are, it reads no more than SEGMENTS_MAX segments and ENTRIES_MAX entries, and never beyond their end.
 * Source: CIPA DC-008 (Exif 3.0), sections 4.5.2, 4.6.2 and 4.7.2.
 */
export function readTakenAt(head: Uint8Array): string | undefined {
  try {
    return takenAtIn(new DataView(head.buffer, head.byteOffset, head.byteLength));
  } catch (failure) {
    // What points beyond the end of the bytes says nothing.
    if (failure instanceof RangeError) return undefined;
    throw failure;
  }
}

function takenAtIn(head: DataView): string | undefined {
  if (head.getUint16(0) !== JPEG) return undefined;
  let place = 2;
  for (let segments = 0; segments < SEGMENTS_MAX; segments++) {
    const mark = head.getUint16(place);
    if (mark < 0xff00 || mark === SCAN) return undefined;
    const start = place + 4;
    if (mark === APP1 && textAt(head, start, EXIF.length) === EXIF) {
      const tiff = new DataView(head.buffer, head.byteOffset + start + EXIF.length);
      return takenAtInTiff(tiff);
    }
    place += 2 + head.getUint16(place + 2);
  }
  return undefined;
}

function takenAtInTiff(tiff: DataView): string | undefined {
  const isLittle = tiff.getUint16(0) === LITTLE_ENDIAN;
  if (tiff.getUint16(2, isLittle) !== TIFF) return undefined;
  const exif = valueOf(tiff, { directory: tiff.getUint32(4, isLittle), tag: EXIF_DIRECTORY, isLittle });
  if (exif === undefined) return undefined;
  const text = valueOf(tiff, { directory: exif, tag: DATE_TIME_ORIGINAL, isLittle });
  return text === undefined ? undefined : timeOf(textAt(tiff, text, 19));
}

/** What an entry of a directory holds in its last four bytes: a number, or where its text is. */
function valueOf(
  tiff: DataView,
  { directory, tag, isLittle }: { readonly directory: number; readonly tag: number; readonly isLittle: boolean },
): number | undefined {
  const count = Math.min(ENTRIES_MAX, tiff.getUint16(directory, isLittle));
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (tiff.getUint16(entry, isLittle) === tag) return tiff.getUint32(entry + 8, isLittle);
  }
  return undefined;
}

function textAt(view: DataView, start: number, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += String.fromCharCode(view.getUint8(start + index));
  return text;
}

/** Cameras without a clock write zeros or spaces. */
function timeOf(text: string): string | undefined {
  const [, year, month, day, hour, minute, second] = TIME.exec(text) ?? [];
  if (year === undefined || year < '1826') return undefined;
  const time = `${year}-${month}-${day} ${hour}:${minute}:${second}`;
  const instant = Date.parse(`${time.replace(' ', 'T')}Z`);
  // Of a day that there is: 31 February would become one in March.
  return Number.isNaN(instant) || new Date(instant).getUTCDate() !== Number(day) ? undefined : time;
}
