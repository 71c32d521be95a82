import { constants, zstdCompressSync } from 'node:zlib';
import { assert, ChunkHash, type Pack, type PackMember, type Problem } from '@syncline/protocol';
import { chunkOf, type Member, sha256Hex } from './in-memory-member.ts';
import type { InMemoryService } from './in-memory-service.ts';

export interface BuiltPack {
  readonly pack: Pack;
  readonly bytes: Uint8Array;
}

/** In which form each chunk goes into a pack; one that does not become smaller goes as it is. */
export type PackForm = 'plain' | 'compressed' | 'mixed';

/** A pack of these chunks in this order, described as a client would. */
export function packOf(contents: readonly Uint8Array[], form: PackForm = 'plain'): BuiltPack {
  const isCompressed = (index: number): boolean => form === 'compressed' || (form === 'mixed' && index % 2 === 0);
  return packOfParts(contents.map((bytes, index) => (isCompressed(index) ? compressed(bytes) : plain(bytes))));
}

/** A chunk as it goes into a pack, with what is said of it. */
export interface PackPart {
  readonly member: PackMember;
  readonly bytes: Uint8Array;
}

export function packOfParts(parts: readonly PackPart[]): BuiltPack {
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  const hash = ChunkHash.parse(sha256Hex(bytes));
  return { bytes, pack: { hash, size: bytes.length, members: parts.map(({ member }) => member) } };
}

export function plain(bytes: Uint8Array): PackPart {
  return { member: chunkOf(bytes), bytes };
}

function compressed(bytes: Uint8Array): PackPart {
  const frame = zstdFrame(bytes);
  return frame.length < bytes.length ? framed(bytes, frame) : plain(bytes);
}

/** A chunk that is said to lie in this frame. */
export function framed(bytes: Uint8Array, frame: Uint8Array): PackPart {
  return { member: { ...chunkOf(bytes), stored: { size: frame.length, encoding: 'zstd' } }, bytes: frame };
}

export function zstdFrame(bytes: Uint8Array, params: Readonly<Record<number, number>> = {}): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1, ...params } });
}

/** Opens a pack and PUTs it. Answers the bucket's status. */
export async function putPack(service: InMemoryService, member: Member, { pack, bytes }: BuiltPack): Promise<number> {
  const opened = await service.invoke('openPack', { body: pack }, member);
  assert(opened.ok && opened.value.status === 'put', 'a pack of new chunks is opened');
  return service.stores.objects.put({ ...opened.value.put, bytes });
}

/** `stored`, or why it was refused. */
export async function confirmPack(service: InMemoryService, member: Member, pack: Pack): Promise<'stored' | Problem> {
  const answer = await service.invoke('confirmPack', { body: pack }, member);
  return answer.ok ? answer.value.status : answer.problem;
}

/** Stores chunks in one pack as a client does. */
export async function storePack(
  service: InMemoryService,
  member: Member,
  contents: readonly Uint8Array[] | BuiltPack,
): Promise<BuiltPack> {
  const built = 'pack' in contents ? contents : packOf(contents);
  const status = await putPack(service, member, built);
  assert(status === 200, `the store takes a new pack, and did not answer ${status}`);
  const answer = await confirmPack(service, member, built.pack);
  assert(answer === 'stored', `a right pack is stored: ${JSON.stringify(answer)}`);
  return built;
}
