import { appendFile, open, writeFile } from 'node:fs/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import { withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

const PIECES = 60;

describe('a file that grows while it is read', () => {
  test('piece by piece, as a log or a small download, ends whole, and not with a revision for each piece', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      let text = '';
      for (let piece = 0; piece < PIECES; piece++) {
        const more = `line ${piece}\n`;
        text += more;
        await appendFile(a.at('log.txt'), more);
        await pause(20);
      }
      expect(await world.settled()).toEqual(new Map([['log.txt', text]]));
      // Every revision is what the file was at some moment.
      const contents = world.service.journal.map(
        ({ node }) => node.contentHash && world.service.contents.get(node.contentHash),
      );
      for (const content of contents) expect(text.startsWith(Buffer.from(content ?? []).toString())).toBe(true);
      expect(world.history('log.txt').length).toBeLessThan(PIECES / 2);
    });
  });

  test('by megabytes, as a copy of a large file, is sent when it is whole, or nearly so', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      const file = await open(a.at('film.bin'), 'w');
      for (let piece = 0; piece < 30; piece++) {
        await file.write(Buffer.alloc(MiB / 4, 65 + (piece % 26)));
        await pause(20);
      }
      await file.close();
      const tree = await world.settled();
      expect(tree.get('film.bin')).toHaveLength((30 * MiB) / 4);
      expect(world.history('film.bin').length).toBeLessThanOrEqual(6);
    });
  });

  test('while it is copied on one device is not replaced there by what another device has seen of it', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      await writeFile(a.at('shared.txt'), 'base\n');
      await world.settled();
      let text = 'base\n';
      for (let piece = 0; piece < 20; piece++) {
        text += `${piece}\n`;
        await appendFile(a.at('shared.txt'), `${piece}\n`);
        if (piece === 10) await writeFile(b.at('other.txt'), 'from b');
        await pause(20);
      }
      expect(await world.settled()).toEqual(
        new Map([
          ['other.txt', 'from b'],
          ['shared.txt', text],
        ]),
      );
    });
  });
});

const pause = (ms: number) => new Promise((resolve) => void setTimeout(resolve, ms));
