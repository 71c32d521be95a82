import { userInfo } from 'node:os';
import { expect, test } from '@jest/globals';
import { thisUser } from './this-user.ts';

test('the user of a process is the one that the system names', () => {
  const { uid, username } = userInfo();
  expect(thisUser()).toMatchObject({ uid, username });
});

test('a user that the system has no account for is called by the number', () => {
  const ask = () => {
    throw Object.assign(new Error('uv_os_get_passwd returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
  };
  const uid = process.getuid?.() ?? -1;
  expect(thisUser(ask)).toEqual({ uid, username: `${uid}` });
});
