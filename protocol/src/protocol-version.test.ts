import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { wireHash } from '../generate/wire-contract.ts';
import { PROTOCOL_VERSION } from './protocol-version.ts';

/**
 * What each released version looked like on the wire. A failure here means that the wire has changed: raise
 * PROTOCOL_VERSION, add its hash as a new line, and say in docs/PROTOCOL.md, "History", what is different.
 * Only a version that nobody has released yet may change its hash.
 */
const WIRE_HASHES: Readonly<Record<number, string>> = {
  1: 'e15ad1d276d0ef8b',
};

test('the wire is the one that its version promises', () => {
  expect(wireHash()).toBe(WIRE_HASHES[PROTOCOL_VERSION]);
});

test('every version of the protocol has its line in the history', () => {
  const [, history = ''] = readFileSync(new URL('../../docs/PROTOCOL.md', import.meta.url), 'utf8').split(
    '\n## History\n',
  );
  for (const version of Object.keys(WIRE_HASHES)) expect(history).toContain(`| ${version} |`);
});
