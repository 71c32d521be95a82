import { describe, expect, test } from '@jest/globals';
import { type Node, NodeName, numberedName, rootNodeId } from '@syncline/protocol';
import fc from 'fast-check';
import { chunkOf, fileOf, join, type Member, textBytes } from '../support/in-memory-member.ts';
import type { InMemoryServiceOptions } from '../support/in-memory-service.ts';
import { Interleaver } from '../support/interleaver.ts';
import { type HeldLink, LinkWorld, refusalOf } from '../support/link-world.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';

interface Inbox {
  readonly world: LinkWorld;
  readonly ann: Member;
  readonly folder: Node;
  readonly link: HeldLink;
}

/** A folder that takes files by a link. */
async function openInbox(
  wish: { readonly maxUses?: number; readonly password?: string } = {},
  options: InMemoryServiceOptions = {},
): Promise<Inbox> {
  const { world, ann } = await LinkWorld.open(options);
  const folder = await world.mkdir(ann, 'inbox');
  return { world, ann, folder, link: await world.link(ann, folder, { role: 'upload', ...wish }) };
}

/** What stands in the folder: names and texts. */
async function contentOf({ world, ann, folder }: Inbox): Promise<Readonly<Record<string, string>>> {
  const inside = (await world.tree(ann)).filter(({ parentId }) => parentId === folder.nodeId);
  const texts = await Promise.all(
    inside.map(async ({ name, nodeId }) => [name, (await world.read(ann, nodeId)) ?? ''] as const),
  );
  return Object.fromEntries(texts);
}

describe('a link for uploads', () => {
  test('takes a file into its folder, and records the link as who wrote it', async () => {
    const inbox = await openInbox();
    const { world, ann, link } = inbox;
    const cursor = await world.cursor(ann);
    expect(await world.drop(link, 'a.txt', 'from outside')).toBe('stored');
    expect(await contentOf(inbox)).toEqual({ 'a.txt': 'from outside' });
    const changes = await world.service.invoke('listChanges', { query: { cursor } }, ann);
    expect(changes).toMatchObject({ ok: true, value: { changes: [{ type: 'created', deviceId: link.linkId }] } });
    const { namespaceId } = ann;
    const entries = await world.service.stores.namespaces.listEntries({ namespaceId, after: 0, limit: 10 });
    expect(entries.at(-1)).toMatchObject({ accountId: link.linkId, deviceId: link.linkId });
    expect(await world.links(ann)).toMatchObject([{ role: 'upload', uses: 1 }]);
  });

  test('shows nothing: no name, no list, no content', async () => {
    const { world, ann, link, folder } = await openInbox();
    const { node } = await world.put(ann, { name: 'there.txt', text: 'there', parentId: folder.nodeId });
    const looked = await world.look(link);
    expect(looked).toMatchObject({ ok: true, value: { role: 'upload' } });
    expect(JSON.stringify(looked)).not.toMatch(/inbox|there/);
    const { nodeId } = node;
    const refusals = [await world.children(link), await world.content(link), await world.content(link, { nodeId })];
    expect(refusals.map(refusalOf)).toEqual(['forbidden', 'forbidden', 'forbidden']);
    expect((await world.download(link, { nodeId })).statusCode).toBe(403);
    const view = await world.link(ann, folder);
    const body = { files: [{ uploadId: await world.send(link, [textBytes('x')]), name: 'x' }] };
    expect(refusalOf(await world.service.invoke('storeLinkFiles', { parameters: view, body }))).toBe('invalid_request');
    expect(refusalOf(await world.store(view, body.files))).toBe('forbidden');
  });

  test('makes names unique, and answers the same whether one was taken', async () => {
    const inbox = await openInbox();
    const { world, ann, link, folder } = inbox;
    await world.put(ann, { name: 'a.txt', text: 'mine', parentId: folder.nodeId });
    const answers = [
      await world.store(link, [{ uploadId: await world.send(link, [textBytes('one')]), name: 'a.txt' }]),
      await world.store(link, [{ uploadId: await world.send(link, [textBytes('two')]), name: 'free.txt' }]),
      await world.store(link, [{ uploadId: await world.send(link, [textBytes('mine')]), name: 'a.txt' }]),
    ];
    for (const answer of answers) expect(answer).toEqual({ ok: true, value: { files: [{ status: 'stored' }] } });
    const files = ['p', 'q'].map(async (text) => ({
      uploadId: await world.send(link, [textBytes(text)]),
      name: 'same',
    }));
    await world.store(link, await Promise.all(files));
    expect(await contentOf(inbox)).toEqual({
      'a.txt': 'mine',
      'a (2).txt': 'one',
      'free.txt': 'two',
      'a (3).txt': 'mine',
      same: 'p',
      'same (2)': 'q',
    });
  });

  test('refuses names that steer clients, or are none', async () => {
    const { world, ann, link } = await openInbox();
    const uploadId = await world.send(link, [textBytes('*')]);
    for (const name of ['.synclineignore', '.syncline', '..', 'a/b', '', 'a\u0000']) {
      expect(refusalOf(await world.store(link, [{ uploadId, name }]))).toBe('invalid_request');
    }
    expect(await world.names(ann)).toEqual(['inbox']);
  });

  test('repeated makes no second file and counts once, also when it was used up meanwhile', async () => {
    const inbox = await openInbox({ maxUses: 1 });
    const { world, ann, link } = inbox;
    const uploadId = await world.send(link, [textBytes('once')]);
    const answers = [
      await world.store(link, [{ uploadId, name: 'a' }]),
      await world.store(link, [{ uploadId, name: 'b' }]),
    ];
    expect(answers.map(refusalOf)).toEqual(['ok', 'ok']);
    expect(await contentOf(inbox)).toEqual({ a: 'once' });
    expect(await world.links(ann)).toMatchObject([{ uses: 1 }]);
    expect(refusalOf(await world.look(link))).toBe('link_ended: exhausted');
  });

  test('gives a use back when nothing came of it', async () => {
    const { world, ann, link } = await openInbox({ maxUses: 1 });
    const { namespaceId: _namespace, ...file } = fileOf(ann.namespaceId, [textBytes('never sent')]);
    const opened = await world.service.invoke('openLinkUploads', {
      parameters: { token: link.token },
      body: { files: [file] },
    });
    const uploadId = opened.ok ? (opened.value.uploads[0]?.uploadId ?? '') : '';
    expect(await world.store(link, [{ uploadId, name: 'a' }])).toMatchObject({
      ok: true,
      value: {
        files: [{ status: 'error', error: { code: 'chunks_missing', details: { missing: [file.chunks[0]?.hash] } } }],
      },
    });
    expect(await world.links(ann)).toMatchObject([{ uses: 0 }]);
    expect(await world.drop(link, 'a', 'sent')).toBe('stored');
  });

  test('ends when its maker may only look, or is gone, or its folder is', async () => {
    const { world, ann, folder, link } = await openInbox();
    const { namespaces } = world.service.stores;
    const uploadId = await world.send(link, [textBytes('x')]);
    const store = async () => refusalOf(await world.store(link, [{ uploadId, name: 'x' }]));
    for (const role of ['viewer', undefined] as const) {
      namespaces.setRole({ ...ann, role });
      expect(await store()).toBe('link_ended: revoked');
    }
    namespaces.setRole({ ...ann, role: 'owner' });
    const baseSeq = await world.head(ann);
    await world.must(ann, { type: 'delete', nodeId: folder.nodeId, baseRev: 1, baseSeq });
    expect(await store()).toBe('link_ended: gone');
    await world.must(ann, { type: 'restore', nodeId: folder.nodeId });
    await world.revoke(ann, link);
    expect(await store()).toBe('link_ended: revoked');
  });

  test('asks for its password', async () => {
    const { world, link } = await openInbox({ password: 'right' });
    const body = { files: [{ ...fileOf('0'.repeat(26) as never, [textBytes('x')]), namespaceId: undefined }] };
    const { namespaceId: _none, ...file } = body.files[0] ?? {};
    const open = (visitor: { readonly password?: string }) =>
      world.service.invoke(
        'openLinkUploads',
        { parameters: { token: link.token }, body: { files: [file as never] } },
        visitor,
      );
    expect(refusalOf(await open({}))).toBe('password_needed');
    expect(refusalOf(await open({ password: 'right' }))).toBe('ok');
  });
});

describe('a visitor learns nothing', () => {
  test.each(['deployment', 'account'] as const)(
    'of what is stored, in scope %s: every chunk is missing until this link has sent it',
    async (dedupScope) => {
      const { world, ann, folder, link } = await openInbox({}, { dedupScope });
      await world.put(ann, { name: 'secret.txt', text: 'the secret', parentId: folder.nodeId });
      const bytes = textBytes('the secret');
      const { namespaceId: _namespace, ...file } = fileOf(ann.namespaceId, [bytes]);
      const open = (held: HeldLink) =>
        world.service.invoke('openLinkUploads', { parameters: { token: held.token }, body: { files: [file] } });
      const missing = { missing: [{ hash: chunkOf(bytes).hash }], prove: [], more: false };
      expect(await open(link)).toMatchObject({ ok: true, value: { uploads: [missing] } });
      expect(await world.drop(link, 'a.txt', 'the secret')).toBe('stored');
      expect(await open(link)).toMatchObject({ ok: true, value: { uploads: [{ missing: [], prove: [] }] } });
      const other = await world.link(ann, folder, { role: 'upload' });
      expect(await open(other)).toMatchObject({ ok: true, value: { uploads: [missing] } });
    },
  );

  test('of how full the namespace is', async () => {
    const { world, ann, link } = await openInbox({}, { quotaBytes: 10 });
    const refused = await world.service.invoke('openLinkUploads', {
      parameters: { token: link.token },
      body: {
        files: [
          (({ namespaceId: _n, ...file }) => file)(fileOf('0'.repeat(26) as never, [textBytes('more than ten')])),
        ],
      },
    });
    expect(refused).toMatchObject({ ok: false, problem: { code: 'quota_exceeded' } });
    expect(JSON.stringify(refused)).not.toMatch(/Bytes/);
    expect(await world.drop(link, 'a', '12345678')).toBe('stored');
    const uploadIds = [await world.send(link, [textBytes('1')]), await world.send(link, [textBytes('2')])];
    await world.put(ann, { name: 'mine', text: 'm' });
    const answer = await world.store(
      link,
      uploadIds.map((uploadId, index) => ({ uploadId, name: `${index}` })),
    );
    expect(answer).toMatchObject({
      ok: true,
      value: { files: [{ status: 'stored' }, { error: { code: 'quota_exceeded' } }] },
    });
    expect(JSON.stringify(answer)).not.toMatch(/Bytes/);
  });

  test("of uploads of others: the owner's, another link's, or none answer alike", async () => {
    const { world, ann, folder, link } = await openInbox();
    const other = await world.link(ann, folder, { role: 'upload' });
    const bytes = textBytes('x');
    const uploads = [await world.upload(ann, 'x'), await world.send(other, [bytes]), '0'.repeat(26)];
    for (const uploadId of uploads) {
      const parameters = { token: link.token, uploadId };
      const checked = await world.service.invoke('checkLinkChunks', {
        parameters,
        body: { hashes: [chunkOf(bytes).hash] },
      });
      expect(refusalOf(checked)).toBe('not_found');
      expect(await world.store(link, [{ uploadId, name: 'x' }])).toMatchObject({
        ok: true,
        value: { files: [{ status: 'error', error: { code: 'upload_expired' } }] },
      });
    }
    const bob = await join(world.service, 'bob');
    const stolen = await world.service.invoke(
      'checkChunks',
      { parameters: { uploadId: uploads[1] ?? '' }, body: {} },
      bob,
    );
    expect(refusalOf(stolen)).toBe('not_found');
  });
});

test('a large upload goes on by chunk checks, and opening many is bounded', async () => {
  const inbox = await openInbox();
  const { world, link } = inbox;
  const contents = Array.from({ length: 250 }, (_, index) => textBytes(`chunk ${index}\n`));
  const uploadId = await world.send(link, contents);
  const stored = contents.map((bytes) => chunkOf(bytes).hash);
  const parameters = { token: link.token, uploadId };
  const checked = await world.service.invoke('checkLinkChunks', { parameters, body: { stored } });
  expect(checked).toMatchObject({ ok: true, value: { missing: [], prove: [], held: { length: 250 } } });
  expect(refusalOf(await world.store(link, [{ uploadId, name: 'large' }]))).toBe('ok');
  expect((await contentOf(inbox))['large']).toBe(Buffer.concat(contents).toString());
  for (let index = 1; index < 100; index++) await world.send(link, [textBytes('x')]);
  await expect(world.send(link, [textBytes('x')])).rejects.toThrow('rate_limited');
});

test('however many store at once, every file is there once under a name of its own, and no more than the limit says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 6 }),
      async (seed, names, maxUses) => {
        const interleaver = new Interleaver({ random: new SeededRandom(`uploads ${seed}`), faults: 0 });
        const inbox = await openInbox(
          { maxUses },
          {
            seen: (stores) => ({
              ...stores,
              links: interleaver.wrap(stores.links),
              namespaces: interleaver.wrap(stores.namespaces),
            }),
          },
        );
        const { world, ann, link } = inbox;
        const uploads = await Promise.all(names.map((_, index) => world.send(link, [textBytes(`text ${index}`)])));
        const outcomes = await interleaver.run(
          uploads.map(
            (uploadId, index) => async () =>
              refusalOf(await world.store(link, [{ uploadId, name: names[index] ?? '' }])),
          ),
        );
        const given = Math.min(maxUses, names.length);
        expect(outcomes.filter((each) => each === 'ok')).toHaveLength(given);
        const content = await contentOf(inbox);
        const texts = uploads.flatMap((_, index) => (outcomes[index] === 'ok' ? [`text ${index}`] : []));
        expect(Object.values(content).toSorted()).toEqual(texts);
        expect(await world.links(ann)).toMatchObject([{ uses: given }]);
      },
    ),
    { numRuns: propertyCases(40) },
  );
});

test('a numbered name is a name, ends like the one it was made of, and differs from it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
      fc.integer({ min: 2, max: 99 }),
      (text, number) => {
        fc.pre(NodeName.safeParse(text).success);
        const name = numberedName(text, number);
        expect([NodeName.safeParse(name).success, name === text]).toEqual([true, false]);
      },
    ),
  );
  expect([numberedName('a.txt', 2), numberedName('a', 3), numberedName('a.tar.gz', 2)]).toEqual([
    'a (2).txt',
    'a (3)',
    'a.tar (2).gz',
  ]);
});

test('a root folder can take files', async () => {
  const { world, ann } = await LinkWorld.open();
  const link = await world.link(ann, { nodeId: rootNodeId(ann.namespaceId) }, { role: 'upload' });
  expect(await world.drop(link, 'a', 'x')).toBe('stored');
  expect(await world.names(ann)).toEqual(['a']);
});
