import type { OpenPackRequest, OpenPackResponse } from '@syncline/protocol';
import { dedupDomain } from '../chunks/dedup-domain.ts';
import { writerTag } from '../chunks/writer-tag.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { authorizeUploads } from '../uploads/authorize-uploads.ts';
import { checkPack } from './check-pack.ts';
import type { OpenPackDependencies } from './pack-dependencies.ts';
import { packObjectKey } from './pack-index.ts';

/**
 * A signed PUT for a pack none of whose members is stored; otherwise which of them are, so that no chunk is stored twice. It tells
 * no more than an upload session: that the bytes of a hash are stored in the domain, not whose they are.
 *
 * Nothing is written. Cost: 1 read for each namespace that its files are meant for, and 1 BatchGetItem per 100 members, at the same time.
 */
export async function openPack(
  { namespaces, chunks, objects, keyRing, meter, dedupScope }: OpenPackDependencies,
  { destinations = [], ...pack }: OpenPackRequest,
  { accountId }: DeviceCaller,
): Promise<Outcome<OpenPackResponse>> {
  const refusal = checkPack(pack);
  if (refusal !== undefined) return refusal;
  const domain = dedupDomain(dedupScope, accountId);
  const hashes = pack.members.map(({ hash }) => hash);
  const files = destinations.map(({ namespaceId, bytes }) => ({ namespaceId, size: bytes }));
  const [unwelcome, stored] = await Promise.all([
    authorizeUploads({ namespaces }, files, accountId),
    chunks.locate(domain, hashes),
  ]);
  if (unwelcome !== undefined) return unwelcome;
  if (stored.size > 0) return done({ status: 'repack', known: hashes.filter((hash) => stored.has(hash)) });
  // Where they have upload sessions, those have counted them.
  if (destinations.length > 0) meter.count('chunksMissing', hashes.length);
  const { hash, size } = pack;
  const key = packObjectKey({ domain, hash });
  const writer = await writerTag({ keyRing }, { accountId, objectKey: key });
  return done({ status: 'put', put: await objects.signPut({ key, sha256: hash, size, writer }) });
}
