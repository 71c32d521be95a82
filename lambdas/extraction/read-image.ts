import exifr from 'exifr';
import { IMAGE_DEPTH_MAX, IMAGE_VALUE_CHARS_MAX, IMAGE_VALUES_MAX } from './limits.ts';
import type { TextCollector } from './text-collector.ts';

/** Segments of an image in which cameras and people write words. Where it was taken is numbers alone, and is left out. */
const SEGMENTS = {
  tiff: true,
  exif: true,
  iptc: true,
  xmp: true,
  userComment: true,
  gps: false,
  interop: false,
  icc: false,
  jfif: false,
  ihdr: false,
  ifd1: false,
  translateValues: false,
} as const;

export async function readImage(bytes: Uint8Array, collector: TextCollector): Promise<void> {
  const tags: unknown = await exifr.parse(bytes, SEGMENTS);
  let values = 0;
  const add = (value: unknown, depth: number): void => {
    values += 1;
    if (values > IMAGE_VALUES_MAX || depth > IMAGE_DEPTH_MAX) return;
    if (typeof value === 'string') collector.add(`${value.slice(0, IMAGE_VALUE_CHARS_MAX)}\n`);
    else if (value instanceof Date && !Number.isNaN(value.getTime())) collector.add(`${value.toISOString()}\n`);
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      for (const inner of Object.values(value)) add(inner, depth + 1);
    }
  };
  add(tags, 0);
}
