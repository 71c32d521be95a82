import { createHash } from 'node:crypto';
import {
  ChunkHash,
  ContentHash,
  DeviceId,
  epochMs,
  formatInstant,
  NamespaceId,
  packManifest,
} from '@syncline/protocol';
import { accountIdOf } from '../../lambdas/runtime/read-caller.ts';

/** The one account of the generated tables, and who asks for it. */
const caller = { issuer: 'https://bench.invalid', subject: 'bench' };
export const claims = { iss: caller.issuer, sub: caller.subject, token_use: 'access' };
export const accountId = accountIdOf(caller);
export const deviceId = DeviceId.parse(numberedId(1));
export const namespaceId = NamespaceId.parse(numberedId(2));
export const SINCE = formatInstant(epochMs(Date.UTC(2026, 0, 1)));
export const NEVER = epochMs(Date.UTC(2099, 0, 1));
export const FILE_BYTES = 2000;

/** Nodes, uploads and batches are named by numbers, and what they are follows from those. */
export function numberedId(number: number): string {
  return String(number).padStart(26, '0');
}

/** A file has one chunk, which its number names. */
export function chunkHash(file: number): ChunkHash {
  return ChunkHash.parse(createHash('sha256').update(`file ${file}`).digest('hex'));
}

export function manifestOf(file: number): Uint8Array {
  return packManifest([{ hash: chunkHash(file), size: FILE_BYTES }]);
}

export function contentHash(file: number): ContentHash {
  return ContentHash.parse(createHash('sha256').update(manifestOf(file)).digest('hex'));
}
