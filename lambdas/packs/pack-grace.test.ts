import { expect, test } from '@jest/globals';
import { chunkOf, join, textBytes } from '../../test/support/in-memory-member.ts';
import { storePack } from '../../test/support/in-memory-pack.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import { PACK_GRACE_MS, PACK_REST_MS } from './limits.ts';
import { sweepPack } from './sweep-pack.ts';

const DOMAIN = 'shared';

test('an empty pack is not deleted by a clock on the wall that jumps by months: its grace is in sweep time', async () => {
  const service = new InMemoryService();
  const contents = [textBytes('a'), textBytes('b')];
  const { pack } = await storePack(service, await join(service, 'alice'), contents);
  for (const bytes of contents) service.stores.chunks.sweep(DOMAIN, chunkOf(bytes).hash, 'deleted');
  service.stores.clock.advance(PACK_REST_MS);
  const name = { domain: DOMAIN, hash: pack.hash };
  expect(await sweepPack(service.stores, name, 7)).toEqual({ kind: 'condemned' });
  service.stores.clock.advance(3 * PACK_GRACE_MS);
  expect(await sweepPack(service.stores, name, 7 + PACK_GRACE_MS - 1)).toEqual({ kind: 'condemned' });
  expect(await sweepPack(service.stores, name, 7 + PACK_GRACE_MS)).toMatchObject({ kind: 'deleted' });
});
