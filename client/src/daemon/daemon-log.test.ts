import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { describeFailure, logFile, openDaemonLog } from './daemon-log.ts';
import { LOG_FILE_BYTES_MAX, LOG_FILES_KEPT } from './limits.ts';

let home: string;
const now = () => new Date(0);

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'syncline-log-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

test('a line says when and what, and nobody else can read it', async () => {
  openDaemonLog({ home, now }).write({ event: 'folder-added', folderId: 'F' });
  expect(await readFile(logFile(home), 'utf8')).toBe(
    '{"at":"1970-01-01T00:00:00.000Z","event":"folder-added","folderId":"F"}\n',
  );
  expect((await stat(logFile(home))).mode & 0o077).toBe(0);
  expect((await stat(join(home, 'logs'))).mode & 0o077).toBe(0);
});

test('the log never takes more than its files, and its newest line is always there', async () => {
  const log = openDaemonLog({ home, now });
  const folderId = 'x'.repeat(3000);
  const lines = Math.ceil(((LOG_FILES_KEPT + 3) * LOG_FILE_BYTES_MAX) / 3000);
  for (let line = 0; line < lines; line++) log.write({ event: 'folder-added', folderId: `${line} ${folderId}` });
  const names = await readdir(join(home, 'logs'));
  expect(names).toHaveLength(LOG_FILES_KEPT + 1);
  for (const name of names) {
    expect((await stat(join(home, 'logs', name))).size).toBeLessThanOrEqual(LOG_FILE_BYTES_MAX);
  }
  expect(await readFile(logFile(home), 'utf8')).toContain(`"${lines - 1} `);
  expect(await readFile(`${logFile(home)}.1`, 'utf8')).not.toContain(`"${lines - 1} `);
});

test('a disk that refuses the log does not end the sync', async () => {
  await writeFile(join(home, 'logs'), 'in the way');
  openDaemonLog({ home, now }).write({ event: 'folder-added', folderId: 'F' });
  expect(await readFile(join(home, 'logs'), 'utf8')).toBe('in the way');
});

test('a failure is logged without its message and without folders, which may be those of a person', () => {
  const failure = Object.assign(new Error("EACCES: '/mnt/ann/secret plan.txt'"), { code: 'EACCES' });
  const described = describeFailure(failure);
  expect(described).toMatchObject({ name: 'Error', code: 'EACCES' });
  expect(described.frames[0]).toMatch(/daemon-log\.test\.ts:\d+$/);
  expect(JSON.stringify(described)).not.toMatch(/ann|secret|\//);
  expect(describeFailure('text of a person')).toEqual({ name: 'string', code: undefined, frames: [] });
});
