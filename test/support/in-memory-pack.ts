import { assert, ChunkHash, type Pack, type Problem } from '@syncline/protocol';
import { chunkOf, type Member, sha256Hex } from './in-memory-member.ts';
import type { InMemoryService } from './in-memory-service.ts';

export interface BuiltPack {
  readonly pack: Pack;
  readonly bytes: Uint8Array;
}

/** A pack of these chunks in this order, described as a client would. */
export function packOf(contents: readonly Uint8Array[]): BuiltPack {
  const bytes = Buffer.concat(contents);
  const hash = ChunkHash.parse(sha256Hex(bytes));
  return { bytes, pack: { hash, size: bytes.length, members: contents.map(chunkOf) } };
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
  contents: readonly Uint8Array[],
): Promise<BuiltPack> {
  const built = packOf(contents);
  const status = await putPack(service, member, built);
  assert(status === 200, `the store takes a new pack, and did not answer ${status}`);
  const answer = await confirmPack(service, member, built.pack);
  assert(answer === 'stored', `a right pack is stored: ${JSON.stringify(answer)}`);
  return built;
}
