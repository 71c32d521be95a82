import { chmodSync, mkdirSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import { withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

describe('what a file carries', () => {
  test('beside its bytes arrives: when it was written, and that it may be run', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      writeFileSync(a.at('run.sh'), 'true');
      chmodSync(a.at('run.sh'), 0o755);
      utimesSync(a.at('run.sh'), 1_234_567_890.5, 1_234_567_890.5);
      await world.settled();
      expect(statSync(b.at('run.sh')).mode & 0o111).not.toBe(0);
      expect(statSync(b.at('run.sh')).mtimeMs).toBeCloseTo(1_234_567_890_500, 0);

      chmodSync(b.at('run.sh'), 0o644);
      await world.settled();
      expect(statSync(a.at('run.sh')).mode & 0o111).toBe(0);
      expect(world.history('run.sh')).toEqual(['created', 'modified']);
    });
  });

  test('is its content: a file that was only touched is not sent', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      writeFileSync(a.at('file'), 'text');
      await world.settled();
      utimesSync(a.at('file'), 1, 1);
      await world.settled();
      writeFileSync(a.at('file'), 'text');
      await world.settled();
      expect(world.history('file')).toEqual(['created']);
    });
  });

  test('may be nothing, or holes: empty and sparse files arrive with their size', async () => {
    await withLiveWorld(2, async (world, [a, b]) => {
      writeFileSync(a.at('empty'), '');
      mkdirSync(a.at('empty folder'));
      writeFileSync(a.at('sparse'), 'begin');
      truncateSync(a.at('sparse'), 3 * MiB);
      const tree = await world.settled();
      expect(tree.get('empty')).toBe('');
      expect(tree.get('sparse')).toBe(`begin${'\0'.repeat(3 * MiB - 5)}`);
      expect(statSync(b.at('sparse')).size).toBe(3 * MiB);
      truncateSync(b.at('sparse'), 0);
      writeFileSync(b.at('empty'), 'not any more');
      expect(await world.settled()).toEqual(
        new Map([
          ['empty', 'not any more'],
          ['empty folder', undefined],
          ['sparse', ''],
        ]),
      );
    });
  });

  test('may be called nearly anything; what the service cannot name is reported, and stays', async () => {
    await withLiveWorld(2, async (world, [a]) => {
      const names = [
        ' leading space',
        'trailing space ',
        'two  spaces',
        'caf\u00e9',
        'cafe\u0301 2',
        '🦉👩‍👩‍👧‍👦.txt',
        '日本語',
        '-rf',
        'a:b?*"<>|',
      ];
      for (const name of names) writeFileSync(a.at(name), name);
      mkdirSync(a.at('ünï cödé 🎉'));
      writeFileSync(a.at('ünï cödé 🎉', 'inside'), 'inside');
      writeFileSync(a.at('new\nline'), 'two lines');
      const problems = ['name-refused new\nline'];
      const tree = await world.settled({ localOnly: ['new\nline'], problems });
      expect(new Set(tree.keys())).toEqual(new Set([...names, 'ünï cödé 🎉', 'ünï cödé 🎉/inside']));
      for (const name of names) expect(tree.get(name)).toBe(name);
    });
  });
});
