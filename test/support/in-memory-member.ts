import { createHash } from 'node:crypto';
import {
  type AccountId,
  assert,
  ChunkHash,
  type ChunkRef,
  ContentHash,
  DeviceId,
  encodeUlid,
  type MissingChunk,
  type NamespaceId,
  packManifest,
  type UploadFile,
} from '@syncline/protocol';
import type { InMemoryService, TestCaller } from './in-memory-service.ts';

/** Somebody with an account and one device on it. */
export interface Member extends Required<Pick<TestCaller, 'subject' | 'deviceId'>> {
  readonly deviceId: DeviceId;
  readonly accountId: AccountId;
  readonly namespaceId: NamespaceId;
}

/** Signs somebody up and registers a device of this name. */
export async function join(service: InMemoryService, subject: string, deviceName = 'desk'): Promise<Member> {
  const account = await service.invoke('getAccount', {}, { subject });
  assert(account.ok, 'everybody has an account');
  const deviceId = deviceIdOf(`${subject}/${deviceName}`);
  const body = { deviceId, name: deviceName, platform: 'linux' } as const;
  const device = await service.invoke('registerDevice', { body }, { subject });
  assert(device.ok, 'a first device is never refused');
  return { subject, deviceId, accountId: account.value.accountId, namespaceId: account.value.homeNamespaceId };
}

export function deviceIdOf(text: string): DeviceId {
  return DeviceId.parse(encodeUlid(createHash('sha256').update(text).digest().subarray(0, 16)));
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function chunkOf(bytes: Uint8Array): ChunkRef {
  return { hash: ChunkHash.parse(sha256Hex(bytes)), size: bytes.length };
}

/** A file of these chunks, described as a client would. */
export function fileOf(namespaceId: NamespaceId, contents: readonly Uint8Array[]): UploadFile {
  return fileOfChunks(namespaceId, contents.map(chunkOf));
}

export function fileOfChunks(namespaceId: NamespaceId, chunks: ChunkRef[]): UploadFile {
  const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0);
  const contentHash = ContentHash.parse(sha256Hex(packManifest(chunks)));
  return { namespaceId, size, contentHash, chunking: 'fixed-4m', chunks };
}

export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** PUTs a chunk as the service said. Answers the bucket's status. */
export function putChunk(service: InMemoryService, { put }: MissingChunk, bytes: Uint8Array): number {
  assert(put !== undefined, 'a chunk is sent alone where no packs were asked for');
  return service.stores.objects.put({ ...put, bytes });
}
