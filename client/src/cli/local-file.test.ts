import { expect, test } from '@jest/globals';
import { unexpectedRefusal } from './local-file.ts';

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
