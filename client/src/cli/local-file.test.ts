import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { NamespaceId } from '@syncline/protocol';
import { openLocalFile, unexpectedRefusal } from './local-file.ts';

const HOME = '/configuration';

function failure(facts: object): Error {
  return Object.assign(new Error('refused'), facts);
}

test('a refusal of the disk that no command expects is told with its file, and without one with where Syncline keeps its own things', () => {
  const file = `${HOME}/config.json`;
  const denied = unexpectedRefusal(failure({ code: 'EACCES', path: file }), HOME);
  expect(denied).toMatchObject({ reason: 'localFile', message: `'${file}' must not be read or written by you.` });
  const socket = unexpectedRefusal(failure({ code: 'EACCES', address: `${HOME}/daemon.sock` }), HOME);
  expect(socket?.message).toContain('daemon.sock');
  const full = unexpectedRefusal(failure({ code: 'ENOSPC', syscall: 'write' }), HOME);
  expect(full).toMatchObject({ message: `'${HOME}' does not fit: the disk is full.` });
});

test('a database that the disk refuses is told as the disk is', () => {
  const full = unexpectedRefusal(failure({ code: 'ERR_SQLITE_ERROR', errcode: 13 }), HOME);
  expect(full).toMatchObject({ message: `'${HOME}' does not fit: the disk is full.` });
  // SQLITE_READONLY_DBMOVED
  const readOnly = unexpectedRefusal(failure({ code: 'ERR_SQLITE_ERROR', errcode: 1032 }), HOME);
  expect(readOnly?.message).toContain('read-only');
  expect(unexpectedRefusal(failure({ code: 'ERR_SQLITE_ERROR', errcode: 1 }), HOME)).toBeUndefined();
});

test.each(['ENOENT', 'EEXIST', undefined])('a failure with the code %j stays a defect', (code) => {
  expect(unexpectedRefusal(failure({ code, path: HOME }), HOME)).toBeUndefined();
});

test('what tells no length but has a content is not taken for an empty file', async () => {
  const namespaceId = NamespaceId.parse('0'.repeat(26));
  const made = process.platform === 'linux' ? ['/proc/self/stat'] : [];
  for (const file of made) {
    await expect(openLocalFile(file, namespaceId)).rejects.toMatchObject({ code: 'local_enolength' });
  }
  const directory = await mkdtemp(join(tmpdir(), 'syncline-local-file-'));
  await writeFile(join(directory, 'empty'), '');
  const empty = await openLocalFile(join(directory, 'empty'), namespaceId);
  expect(empty.source.size).toBe(0);
  await empty.close();
  await rm(directory, { recursive: true });
});
