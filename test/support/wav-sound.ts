import { randomBytes } from 'node:crypto';

/** Two channels of 16 bits, 48,000 times a second. */
export const WAV_BYTES_A_SECOND = 192_000;
const HEAD_BYTES = 44;

/** A sound with this many bytes of noise, all of them different, that a browser can play. */
export function wavOf(length: number): Buffer {
  const bytes = randomBytes(HEAD_BYTES + length);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(48_000, 24);
  bytes.writeUInt32LE(WAV_BYTES_A_SECOND, 28);
  bytes.writeUInt16LE(4, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(length, 40);
  return bytes;
}
