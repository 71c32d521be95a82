interface TakenAt {
  /** As cameras write it, such as `2026:10:31 10:00:00`. */
  readonly time: string;
  /** Of the numbers around it: both are in use. */
  readonly isLittleEndian?: boolean;
}

/** A JPEG that says when it was taken, as cameras do. Source: CIPA DC-008 (Exif), section 4.7.2. */
export function datedJpeg(jpeg: Uint8Array, { time, isLittleEndian = false }: TakenAt): Uint8Array {
  const tiff = Buffer.alloc(8 + 18 + 18 + 20);
  const write16 = (value: number, place: number) =>
    isLittleEndian ? tiff.writeUInt16LE(value, place) : tiff.writeUInt16BE(value, place);
  const write32 = (value: number, place: number) =>
    isLittleEndian ? tiff.writeUInt32LE(value, place) : tiff.writeUInt32BE(value, place);
  const writeEntry = (place: number, entry: readonly [tag: number, type: number, count: number, value: number]) => {
    write16(1, place);
    write16(entry[0], place + 2);
    write16(entry[1], place + 4);
    write32(entry[2], place + 6);
    write32(entry[3], place + 10);
  };
  tiff.write(isLittleEndian ? 'II' : 'MM', 0, 'latin1');
  write16(42, 2);
  write32(8, 4);
  writeEntry(8, [0x8769, 4, 1, 26]);
  writeEntry(26, [0x9003, 2, 20, 44]);
  tiff.write(time, 44, 'latin1');
  const segment = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from('ffe10000', 'hex');
  head.writeUInt16BE(segment.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, segment, jpeg.subarray(2)]);
}
