import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FileMemory } from './file-memory.ts';
import { FILE_MEMORY_BYTES } from './limits.ts';

test('no two files that are kept share memory, and each has as much as it asked for', () => {
  const file = fc.record({
    bytes: fc.oneof(fc.nat(100), fc.nat(70_000), fc.constant(FILE_MEMORY_BYTES + 1)),
    isKept: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(file, { maxLength: 60 }), (files) => {
      const memory = new FileMemory(files.reduce((sum, { bytes }) => sum + bytes, 0));
      const kept: { readonly room: Uint8Array; readonly byte: number }[] = [];
      files.forEach(({ bytes, isKept }, index) => {
        const room = memory.room(bytes);
        expect(room.length).toBe(bytes);
        room.fill(index + 1);
        if (!isKept) return;
        memory.keep(bytes);
        kept.push({ room, byte: index + 1 });
      });
      for (const { room, byte } of kept) expect(room.every((found) => found === byte)).toBe(true);
    }),
  );
});

test('many small files are one piece of memory, no larger than they are', () => {
  const memory = new FileMemory(1000);
  const rooms = Array.from({ length: 100 }, () => {
    const room = memory.room(10);
    memory.keep(10);
    return room;
  });
  expect(new Set(rooms.map(({ buffer }) => buffer)).size).toBe(1);
  expect(rooms[0]?.buffer.byteLength).toBe(1000);
});

test('more memory is taken at once than one file needs, and never more than the limit', () => {
  const memory = new FileMemory(10 * FILE_MEMORY_BYTES);
  expect(memory.room(10).buffer.byteLength).toBe(FILE_MEMORY_BYTES);
});
