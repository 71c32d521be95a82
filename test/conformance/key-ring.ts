import { createHmac, hkdfSync } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import type { KeyPurpose, KeyRing } from '../../lambdas/runtime/key-ring.ts';

export interface KeyRingSubject {
  readonly secret: Uint8Array;
  readonly open: () => KeyRing;
}

const PURPOSES: readonly KeyPurpose[] = ['cursor', 'page', 'challenge', 'writer', 'download', 'webhook'];

/** What every KeyRing must do. */
export function describeKeyRing(make: () => Promise<KeyRingSubject>): void {
  let subject: KeyRingSubject;
  beforeAll(async () => {
    subject = await make();
  });

  test.each(PURPOSES)('signs for %s with the key that RFC 5869 derives for it', async (purpose) => {
    const key = hkdfSync('sha256', subject.secret, new Uint8Array(0), `syncline/${purpose}`, 32);
    const expected = createHmac('sha256', Buffer.from(key)).update('message').digest('hex');
    const keys = subject.open();
    expect(Buffer.from(await keys.sign(purpose, 'message')).toString('hex')).toBe(expected);
    expect(Buffer.from(await keys.sign(purpose, Buffer.from('message'))).toString('hex')).toBe(expected);
  });

  test('what is signed for one purpose is not valid for another', async () => {
    const keys = subject.open();
    const signatures = await Promise.all(PURPOSES.map((purpose) => keys.sign(purpose, 'message')));
    expect(new Set(signatures.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(PURPOSES.length);
  });

  test('rings of one secret agree', async () => {
    expect(await subject.open().sign('page', 'x')).toEqual(await subject.open().sign('page', 'x'));
  });
}
