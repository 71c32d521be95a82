import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import type { LiveDevice } from '../support/live-device.ts';
import { withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

describe('a program that saves a file', () => {
  test('as vim does, over a backup and a new file, leaves one node with one more revision for each save', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      writeFileSync(a.at('notes.txt'), 'first');
      await world.settled();
      const before = world.service.journal.length;

      for (const [device, text] of [
        [a, 'second'],
        [b, 'third'],
        [a, 'fourth'],
      ] as const) {
        saveAsVim(device, 'notes.txt', text);
        expect(await world.settled()).toEqual(new Map([['notes.txt', text]]));
      }

      expect(world.since(before)).toEqual(Array.from({ length: 3 }, () => 'modified notes.txt'));
      expect(world.history('notes.txt')).toEqual(['created', 'modified', 'modified', 'modified']);
    });
  });

  test('as an office program does, with a lock and a temporary file, shows nobody else either of them', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      writeFileSync(a.at('report.docx'), 'first');
      await world.settled();
      const before = world.service.journal.length;

      writeFileSync(a.at('~$report.docx'), 'open by ada');
      writeFileSync(a.at('.~lock.report.docx#'), 'open by ada');
      expect(await world.settled({ localOnly: ['~$report.docx', '.~lock.report.docx#'] })).toEqual(
        new Map([['report.docx', 'first']]),
      );
      // Word: the new document under a temporary name, the old one aside, the new one in its place, the old one away.
      writeFileSync(a.at('7F3A21B0.tmp'), 'second');
      renameSync(a.at('report.docx'), a.at('5C01D9AA.tmp'));
      renameSync(a.at('7F3A21B0.tmp'), a.at('report.docx'));
      rmSync(a.at('5C01D9AA.tmp'));
      rmSync(a.at('~$report.docx'));
      rmSync(a.at('.~lock.report.docx#'));

      expect(await world.settled()).toEqual(new Map([['report.docx', 'second']]));
      expect(world.since(before)).toEqual(['modified report.docx']);
    });
  });

  test('by writing it anew in place, byte after byte, leaves the whole of it', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      writeFileSync(a.at('letter'), 'x'.repeat(50));
      await world.settled();
      const file = openSync(a.at('letter'), 'w');
      for (let byte = 0; byte < 50; byte++) {
        writeSync(file, 'y');
        if (byte % 10 === 0) await turn();
      }
      closeSync(file);
      expect(await world.settled()).toEqual(new Map([['letter', 'y'.repeat(50)]]));
      expect(world.history('letter').every((type, index) => type === (index === 0 ? 'created' : 'modified'))).toBe(
        true,
      );
    });
  });

  test('after it gave the old content a second name as a backup keeps both', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      mkdirSync(a.at('src'));
      writeFileSync(a.at('src/main.c'), 'first');
      await world.settled();
      // Emacs with `backup-by-copying-when-linked`, and editors that link the backup: one object, two names, then two objects.
      linkSync(a.at('src/main.c'), a.at('src/main.c~'));
      writeFileSync(a.at('src/.main.c.new'), 'second');
      renameSync(a.at('src/.main.c.new'), a.at('src/main.c'));
      expect(await world.settled()).toEqual(
        new Map([
          ['src', undefined],
          ['src/main.c', 'second'],
          ['src/main.c~', 'first'],
        ]),
      );
      expect(world.history('src/main.c')).toEqual(['created', 'modified']);
    });
  });
});

/** What `vim` does with `backup` and `writebackup`: tries whether it may make files, puts the old file aside, writes a new one. */
function saveAsVim(device: LiveDevice, name: string, text: string): void {
  writeFileSync(device.at(`.${name}.swp`), 'swap');
  writeFileSync(device.at('4913'), '');
  unlinkSync(device.at('4913'));
  renameSync(device.at(name), device.at(`${name}~`));
  writeFileSync(device.at(name), text);
  unlinkSync(device.at(`${name}~`));
  unlinkSync(device.at(`.${name}.swp`));
}

const turn = () => new Promise((resolve) => void setTimeout(resolve, 5));
