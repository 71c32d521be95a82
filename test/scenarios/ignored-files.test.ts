import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ModelService } from '../support/model-service.ts';
import { RealDevice } from '../support/real-device.ts';
import { serviceTree } from '../support/sync-world.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-ignored-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function world() {
  const service = new ModelService();
  const a = await RealDevice.link(service, { directory, number: 1 });
  const b = await RealDevice.link(service, { directory, number: 2 });
  const write = (device: RealDevice, path: string, text: string) => {
    mkdirSync(join(device.root, path, '..'), { recursive: true });
    writeFileSync(join(device.root, path), text);
  };
  const paths = () => [...serviceTree(service).keys()];
  return { service, a, b, write, paths };
}

const RESTED = { kind: 'rested', problems: [] };

test('what patterns or the built-in rules ignore is not sent, and is no problem', async () => {
  const { a, write, paths } = await world();
  write(a, '.synclineignore', 'build/\n*.log\n');
  write(a, 'build/out.js', '1');
  write(a, 'deep/run.log', '2');
  write(a, '.DS_Store', '3');
  write(a, 'kept', '4');
  expect(await a.sync()).toMatchObject(RESTED);
  expect(paths()).toEqual(['.synclineignore', 'deep', 'kept']);
});

test('a file that gets ignored later stays as it is on both sides, and goes on when the pattern is taken back', async () => {
  const { service, a, write, paths } = await world();
  write(a, 'notes/x.log', '1');
  await a.sync();
  write(a, '.synclineignore', '*.log\n');
  write(a, 'notes/x.log', '2');
  expect(await a.sync()).toMatchObject(RESTED);
  expect(serviceTree(service).get('notes/x.log')).toBe('1');
  rmSync(join(a.root, 'notes/x.log'));
  write(a, 'notes/x.log', '3');
  await a.sync();
  expect(paths()).toContain('notes/x.log');
  rmSync(join(a.root, '.synclineignore'));
  expect(await a.sync()).toMatchObject(RESTED);
  expect(serviceTree(service).get('notes/x.log')).toBe('3');
});

test('patterns travel, and hold on the other device', async () => {
  const { a, b, write, paths } = await world();
  write(a, '.synclineignore', '*.tmp2\n');
  await a.sync();
  await b.sync();
  write(b, 'x.tmp2', '1');
  expect(await b.sync()).toMatchObject(RESTED);
  expect(paths()).toEqual(['.synclineignore']);
});

test('a folder that is deleted elsewhere goes into the trash with what is ignored in it', async () => {
  const { a, b, write, paths } = await world();
  write(a, 'd/x', '1');
  await a.sync();
  await b.sync();
  write(b, 'd/.DS_Store', 'mine');
  rmSync(join(a.root, 'd'), { recursive: true });
  await a.sync();
  expect(await b.sync()).toMatchObject(RESTED);
  expect(existsSync(join(b.root, 'd'))).toBe(false);
  expect(readdirSync(join(b.root, '.syncline', 'trash'), { recursive: true }).map(String)).toContain(
    join('2026-01-31', 'd', '.DS_Store'),
  );
  expect(paths()).toEqual([]);
});
