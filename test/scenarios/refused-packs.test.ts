/** Packs that the service refuses, or that turn out not to be needed: no file is lost by it, and nothing goes on for ever. */
import { describe, expect, test } from '@jest/globals';
import type { ErrorCode, RouteName } from '@syncline/protocol';
import { type ContentOutcome, uploadContents, uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { done, refused } from '../../lambdas/runtime/outcome.ts';
import type { RouteOperations } from '../../lambdas/runtime/route-operation.ts';
import { objectPuts, openInMemoryClient, sourceOf } from '../support/in-memory-client.ts';
import { chunkOf, join, textBytes } from '../support/in-memory-member.ts';
import { packOf, putPack } from '../support/in-memory-pack.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { commitUploads, downloadBytes } from '../support/uploaded-files.ts';

const CONTENTS = Array.from({ length: 40 }, (_, number) => textBytes(`content ${number}`));

async function openWorld(watched: (operations: RouteOperations<RouteName>) => Partial<RouteOperations<RouteName>>) {
  const service = new InMemoryService({ watched: (operations) => ({ ...operations, ...watched(operations) }) });
  const alice = await join(service, 'alice');
  const client = openInMemoryClient(service, alice);
  const sources = CONTENTS.map((bytes) => sourceOf(alice, bytes));
  const readBack = async (outcomes: readonly ContentOutcome[]) => {
    const nodeIds = await commitUploads(client, alice, outcomes);
    return Promise.all(nodeIds.map((nodeId) => downloadBytes(client, alice, nodeId)));
  };
  return { service, alice, client, sources, readBack };
}

const CONTENT_BYTES = CONTENTS.map((bytes) => Buffer.from(bytes));

describe.each([
  { way: 'with upload sessions', upload: uploadFiles },
  { way: 'without upload sessions', upload: uploadContents },
])('small files $way', ({ upload }) => {
  test.each<ErrorCode>(['invalid_request', 'not_found', 'chunks_missing', 'too_large'])(
    'a pack whose confirmation is refused as %s is sent chunk by chunk',
    async (code) => {
      const { client, sources, readBack } = await openWorld(() => ({
        confirmPack: async () => refused(code, 'this pack is not liked'),
      }));
      const outcomes = await upload(client, sources);
      expect(await readBack(outcomes)).toEqual(CONTENT_BYTES);
      expect(objectPuts(client).length).toBe(1 + CONTENTS.length);
    },
  );

  test('a service that has no packs gets every chunk by itself', async () => {
    const { client, sources, readBack } = await openWorld(() => ({
      openPack: async () => refused('not_found', 'there is no such route'),
    }));
    expect(await readBack(await upload(client, sources))).toEqual(CONTENT_BYTES);
    expect(objectPuts(client).length).toBe(CONTENTS.length);
  });

  test('what is refused to this device is told of every file in the pack, and nothing else is tried', async () => {
    const { client, sources } = await openWorld(() => ({
      openPack: async () => refused('unauthenticated', 'sign in again'),
    }));
    const outcomes = await upload(client, sources);
    expect(outcomes).toEqual(
      CONTENTS.map(() => ({ kind: 'refused', problem: expect.objectContaining({ code: 'unauthenticated' }) })),
    );
    expect(client.sent.length).toBeLessThanOrEqual(3);
  });

  test('a pack that another account has PUT shows nothing: its chunks are sent one by one', async () => {
    const { service, client, sources, readBack } = await openWorld(() => ({}));
    const bob = await join(service, 'bob');
    expect(await putPack(service, bob, packOf(CONTENTS))).toBe(200);
    expect(await readBack(await upload(client, sources))).toEqual(CONTENT_BYTES);
    expect(objectPuts(client).length).toBe(1 + CONTENTS.length);
  });

  test('a service that always knows the chunks of a pack and then misses them gets them one by one, in bounded time', async () => {
    const { client, sources, readBack } = await openWorld(() => ({
      openPack: async ({ body }) => done({ status: 'repack', known: body.members.map(({ hash }) => hash) }),
    }));
    expect(await readBack(await upload(client, sources))).toEqual(CONTENT_BYTES);
    expect(objectPuts(client).length).toBe(CONTENTS.length);
  });

  test('a service that names nothing it knows does not keep a pack for ever', async () => {
    const stranger = chunkOf(textBytes('stranger')).hash;
    const { client, sources, readBack } = await openWorld(() => ({
      openPack: async () => done({ status: 'repack', known: [stranger] }),
    }));
    expect(await readBack(await upload(client, sources))).toEqual(CONTENT_BYTES);
    expect(objectPuts(client).length).toBe(CONTENTS.length);
  });

  test('what a service fails for in every pack is sent one by one', async () => {
    const { client, sources, readBack } = await openWorld(() => ({
      confirmPack: async () => refused('internal', 'a defect'),
    }));
    expect(await readBack(await upload(client, sources))).toEqual(CONTENT_BYTES);
    expect(objectPuts(client).length).toBe(1 + CONTENTS.length);
  });

  test('a session that lasts no longer is begun again while its chunks wait', async () => {
    const { service, client, sources, readBack } = await openWorld((operations) => {
      let opened = 0;
      return {
        openPack: async (request, caller) => {
          opened += 1;
          return opened === 1 ? refused('invalid_request', 'not this one') : operations.openPack(request, caller);
        },
        checkChunks: async () => refused('upload_expired', 'too late'),
      };
    });
    expect(service.stores.objects.keys()).toEqual([]);
    const outcomes = await upload(client, sources);
    expect(await readBack(outcomes)).toEqual(CONTENT_BYTES);
  });
});
