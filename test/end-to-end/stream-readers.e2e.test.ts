import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { StreamEmulator } from '../support/stream-emulator.ts';

let dataDir: string;
let emulator: StreamEmulator;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'syncline-streams-'));
  emulator = await StreamEmulator.open(dataDir, ['slow', 'quick']);
});

afterAll(async () => {
  await emulator.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function untilHeard(reader: string, keys: readonly string[]): Promise<void> {
  await eventually(() => expect(emulator.heard(reader)).toEqual(keys));
}

test('a function that follows a table is told of what is new while another one has not come to its end, as in AWS', async () => {
  const goOn = emulator.hold('slow');
  await emulator.put('first');
  await untilHeard('slow', ['first']);
  await emulator.put('second');
  await emulator.put('third');
  await untilHeard('quick', ['first', 'second', 'third']);
  expect(emulator.heard('slow')).toEqual(['first']);
  goOn();
  await untilHeard('slow', ['first', 'second', 'third']);
});

test('after a stop each goes on where it was: what it has not come to the end of is told again, and nothing else', async () => {
  const goOn = emulator.hold('slow');
  await emulator.put('fourth');
  for (const reader of ['slow', 'quick']) await untilHeard(reader, ['first', 'second', 'third', 'fourth']);
  await eventually(async () => expect(await emulator.ended('quick')).toBe(4));
  await emulator.restart();
  goOn();
  await emulator.put('fifth');
  await untilHeard('slow', ['first', 'second', 'third', 'fourth', 'fourth', 'fifth']);
  await untilHeard('quick', ['first', 'second', 'third', 'fourth', 'fifth']);
});
