import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ObjectStore } from '../../lambdas/chunks/object-store.ts';
import type { ListedObject, RemovableObjects } from '../../lambdas/sweep/removable-objects.ts';

export interface RemovableSubject {
  readonly objects: Pick<ObjectStore, 'write' | 'head'>;
  readonly removable: RemovableObjects;
}

/** What every bucket must do for the sweep. Precondition: it is empty. */
export function describeRemovableObjects(make: () => Promise<RemovableSubject>): void {
  const write = async ({ objects }: RemovableSubject, key: string, text: string) => {
    const bytes = Buffer.from(text);
    await objects.write({ key, sha256: createHash('sha256').update(bytes).digest('hex'), bytes });
    return (await objects.head(key))?.versionId;
  };
  const listAll = async ({ removable }: RemovableSubject, kind: 'chunks' | 'packs' | 'manifests', limit: number) => {
    const found: ListedObject[] = [];
    let after: string | undefined;
    do {
      const page = await removable.list(kind, { limit, ...(after === undefined ? {} : { after }) });
      expect(page.objects.length).toBeLessThanOrEqual(limit);
      found.push(...page.objects);
      after = page.next;
    } while (after !== undefined);
    return found;
  };

  test('segments tell all objects of a kind, and a version that is removed is gone, and no other', async () => {
    const subject = await make();
    const keys = Array.from({ length: 7 }, (_, index) => `chunks/shared/${index}`);
    const versions = new Map<string, string | undefined>();
    for (const key of keys) versions.set(key, await write(subject, key, `text of ${key}`));
    await write(subject, 'packs/shared/0', 'a pack');
    for (const limit of [3, 7, 100]) {
      const found = await listAll(subject, 'chunks', limit);
      expect(found.map(({ key, versionId }) => [key, versionId])).toEqual(keys.map((key) => [key, versions.get(key)]));
      expect(found.map(({ size }) => size)).toEqual(keys.map((key) => `text of ${key}`.length));
      for (const { storedAt } of found) expect(Number.isSafeInteger(storedAt)).toBe(true);
    }
    expect(await listAll(subject, 'manifests', 10)).toEqual([]);

    const [key = ''] = keys;
    const versionId = versions.get(key) ?? '';
    for (let repeat = 0; repeat < 2; repeat++) await subject.removable.remove({ key, versionId });
    expect(await subject.objects.head(key)).toBeUndefined();
    expect((await listAll(subject, 'chunks', 100)).map((object) => object.key)).toEqual(keys.slice(1));
    const next = await write(subject, key, `text of ${key}`);
    expect(next).not.toBe(versionId);
    await subject.removable.remove({ key, versionId });
    expect(await subject.objects.head(key)).toMatchObject({ versionId: next });
    expect(await listAll(subject, 'packs', 100)).toHaveLength(1);
  });
}
