import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { CommitRequest } from './commits.ts';
import * as limits from './limits.ts';
import { Pack } from './packs.ts';
import { CheckChunksRequest, InitiateUploadsRequest } from './uploads.ts';

const HASH = '0'.repeat(64);
const ID = '0'.repeat(26);

test.each(Object.entries(limits))('%s is a positive whole number', (_name, limit) => {
  expect(Number.isSafeInteger(limit) && limit > 0).toBe(true);
});

const mkdir = (index: number) => ({ opId: `${ID}-${index}`, type: 'mkdir', namespaceId: ID, parentId: ID, name: 'n' });
const file = (chunks: number) => ({
  namespaceId: ID,
  size: chunks,
  contentHash: HASH,
  chunking: 'fixed-4m',
  chunks: Array.from({ length: chunks }, () => ({ hash: HASH, size: 1 })),
});
const pack = (members: number) => ({
  hash: HASH,
  size: members,
  members: times(members, () => ({ hash: HASH, size: 1 })),
});
const times = (count: number, make: (index: number) => unknown) =>
  Array.from({ length: count }, (_, index) => make(index));

test.each([
  [
    'operations of a commit',
    CommitRequest,
    limits.COMMIT_OPERATIONS_MAX,
    (n: number) => ({ operations: times(n, (index) => mkdir(index % 200)) }),
  ],
  [
    'files of an upload',
    InitiateUploadsRequest,
    limits.UPLOAD_FILES_MAX,
    (n: number) => ({ files: times(n, () => file(1)) }),
  ],
  ['chunks of a file', InitiateUploadsRequest, limits.FILE_CHUNKS_MAX, (n: number) => ({ files: [file(n)] })],
  ['hashes of a check', CheckChunksRequest, limits.CHECK_HASHES_MAX, (n: number) => ({ hashes: times(n, () => HASH) })],
  [
    'proofs of a check',
    CheckChunksRequest,
    limits.CHECK_PROOFS_MAX,
    (n: number) => ({ proofs: times(n, () => ({ hash: HASH, proof: HASH })) }),
  ],
  [
    'stored chunks of a check',
    CheckChunksRequest,
    limits.CHECK_STORED_MAX,
    (n: number) => ({ stored: times(n, () => HASH) }),
  ],
  ['members of a pack', Pack, limits.PACK_MEMBERS_MAX, pack],
] as const)('as many %s as the limit says are accepted, and one more is refused', (_what, schema, limit, make) => {
  expect(schema.safeParse(make(limit)).success).toBe(true);
  expect(schema.safeParse(make(limit + 1)).success).toBe(false);
});

test('the largest requests that the limits of a batch allow fit into the largest body', () => {
  const upload = JSON.stringify({ files: [file(limits.FILE_CHUNKS_MAX)] });
  expect(upload.length).toBeLessThanOrEqual(limits.REQUEST_BYTES_MAX);
  const stored = { size: limits.PACK_MEMBER_BYTES_MAX, encoding: 'zstd' };
  const frames = times(limits.PACK_MEMBERS_MAX, () => ({ hash: HASH, size: limits.PACK_MEMBER_BYTES_MAX, stored }));
  expect(JSON.stringify({ ...pack(0), members: frames }).length).toBeLessThanOrEqual(limits.REQUEST_BYTES_MAX);
  const names = times(limits.COMMIT_OPERATIONS_MAX, (index) => ({ ...mkdir(index), name: '\u00e9'.repeat(127) }));
  expect(Buffer.byteLength(JSON.stringify({ operations: names }))).toBeLessThanOrEqual(limits.REQUEST_BYTES_MAX);
});

test('unknown fields are refused', () => {
  expect(CommitRequest.safeParse({ operations: [mkdir(0)], more: 1 }).success).toBe(false);
  expect(CommitRequest.safeParse({ operations: [{ ...mkdir(0), more: 1 }] }).success).toBe(false);
});

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

test.each(Object.entries(limits))('%s is documented with its value', (name, limit) => {
  const reference = readFileSync(new URL('../../docs/PROTOCOL.md', import.meta.url), 'utf8');
  const [, number = '', unit = ''] =
    new RegExp(`^\\| \`${name}\` \\| ([\\d,]+) ?(\\w*) \\|`, 'm').exec(reference) ?? [];
  expect(Number(number.replaceAll(',', '')) * (UNITS[unit] ?? Number.NaN)).toBe(limit);
});
