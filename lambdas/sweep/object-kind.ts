import { ChunkHash } from '@syncline/protocol';
import { manifestDomain } from '../chunks/dedup-domain.ts';

/** Kinds of objects in the bucket; each is the first part of a key. */
export type ObjectKind = 'chunks' | 'packs' | 'manifests';

/** What stands for an object in the index; undefined for a key that is none of ours. */
export function parseObjectKey(
  key: string,
): { readonly kind: ObjectKind; readonly domain: string; readonly hash: ChunkHash } | undefined {
  const [, kind, domain = '', hash] = /^(chunks|packs|manifests)\/([^/]+)\/([0-9a-f]{64})$/.exec(key) ?? [];
  if (kind === undefined) return undefined;
  const name = { hash: ChunkHash.parse(hash) };
  if (kind === 'manifests') return { ...name, kind, domain: manifestDomain(domain) };
  return { ...name, kind: kind as ObjectKind, domain };
}
