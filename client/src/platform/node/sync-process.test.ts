import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SyncProcess } from './sync-process.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "syncline it's "));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a file system is made durable again and again by one process', async () => {
  const syncing = new SyncProcess(directory);
  writeFileSync(join(directory, 'a'), 'a text');
  expect([await syncing.run(), await syncing.run(), await syncing.run()]).toEqual([0, 0, 0]);
});

test('what cannot be made durable is told, and the next one is tried', async () => {
  rmSync(directory, { recursive: true });
  const syncing = new SyncProcess(directory);
  const code = await syncing.run();
  expect(code).toBeGreaterThan(0);
  expect(await syncing.run()).toBe(code);
});
