import type { ObjectHead } from '../../lambdas/chunks/object-store.ts';

/** A bucket in which every object is, in version `v1` with 100 bytes that hash to its name, but for what a test takes away or replaces. */
export class KnownObjects {
  readonly gone = new Set<string>();
  readonly versions = new Map<string, string>();
  heads = 0;

  async head(key: string): Promise<ObjectHead | undefined> {
    this.heads += 1;
    if (this.gone.has(key)) return undefined;
    return { size: 100, sha256: key.slice(key.lastIndexOf('/') + 1), versionId: this.versions.get(key) ?? 'v1' };
  }
}
