import { describe, expect, test } from '@jest/globals';
import {
  DAY_MS,
  LINK_GRANT_MS,
  LINK_KEPT_MS,
  LINK_LIFE_MS_DEFAULT,
  LINKS_MAX,
  NodeId,
  rootNodeId,
} from '@syncline/protocol';
import { deviceIdOf, join, textBytes } from '../support/in-memory-member.ts';
import { LinkWorld, refusalOf } from '../support/link-world.ts';

describe('a link to a file', () => {
  test('shows it to anybody who has the token, and nothing about where it stands', async () => {
    const { world, ann } = await LinkWorld.open();
    const folder = await world.mkdir(ann, 'private');
    const { node } = await world.put(ann, { name: 'a.txt', text: 'hello', parentId: folder.nodeId });
    const link = await world.link(ann, node);
    const answer = await world.look(link);
    expect(answer).toMatchObject({ ok: true, value: { role: 'view', node: { name: 'a.txt', kind: 'file', size: 5 } } });
    expect(JSON.stringify(answer)).not.toMatch(
      new RegExp(`${ann.namespaceId}|${ann.deviceId}|${folder.nodeId}|private`),
    );
    expect(await world.fetch(link)).toBe('hello');
    expect(refusalOf(await world.children(link))).toBe('invalid_request');
  });

  test('follows it: new content, a new name, another folder', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node);
    await world.put(ann, { name: 'a.txt', text: 'two', nodeId: node.nodeId, baseRev: node.rev });
    expect(await world.fetch(link)).toBe('two');
    const folder = await world.mkdir(ann, 'f');
    await world.must(ann, { type: 'move', nodeId: node.nodeId, baseRev: 2, parentId: folder.nodeId, name: 'b.txt' });
    expect(await world.look(link)).toMatchObject({ ok: true, value: { node: { name: 'b.txt' } } });
    expect(await world.links(ann)).toMatchObject([{ path: '/f/b.txt' }]);
  });

  test('pinned to a revision keeps it beyond the retention, and one that was refused keeps nothing', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a', text: 'old' });
    const { namespaceId, nodeId } = node;
    const isKept = async () =>
      (await world.service.stores.namespaces.getRevision({ namespaceId, nodeId, rev: 1 }))?.kept;
    await world.link(ann, node);
    await world.tryLink(ann, node, { rev: 1, role: 'upload' });
    expect(await isKept()).toBeUndefined();
    await world.link(ann, node, { rev: 1 });
    expect(await isKept()).toBe(true);
  });

  test('pinned to a revision shows that one, whatever comes after', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node, { rev: 1 });
    await world.put(ann, { name: 'a.txt', text: 'longer', nodeId: node.nodeId, baseRev: node.rev });
    expect(await world.look(link)).toMatchObject({ ok: true, value: { node: { size: 3 } } });
    expect(await world.fetch(link)).toBe('one');
  });

  test('says that it is gone while the file is in the trash', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node);
    await world.must(ann, { type: 'delete', nodeId: node.nodeId, baseRev: 1 });
    expect([refusalOf(await world.look(link)), await world.fetch(link)]).toEqual([
      'link_ended: gone',
      'link_ended: gone',
    ]);
    expect(await world.links(ann)).toMatchObject([{ end: 'gone' }]);
    await world.must(ann, { type: 'restore', nodeId: node.nodeId });
    expect(await world.fetch(link)).toBe('one');
  });
});

describe('a link to a folder', () => {
  test('shows what is in it, page by page, and no more', async () => {
    const { world, ann } = await LinkWorld.open();
    const folder = await world.mkdir(ann, 'f');
    const inner = await world.mkdir(ann, 'inner', folder.nodeId);
    const { node } = await world.put(ann, { name: 'deep.txt', text: 'deep', parentId: inner.nodeId });
    const other = await world.put(ann, { name: 'other.txt', text: 'other' });
    for (const name of ['a', 'b']) await world.put(ann, { name, text: name, parentId: folder.nodeId });
    const link = await world.link(ann, folder);
    const first = await world.children(link, { limit: '2' });
    expect(first).toMatchObject({ ok: true, value: { nodes: [{ name: 'a' }, { name: 'b' }] } });
    const page = first.ok ? first.value.nextPage : undefined;
    expect(await world.children(link, { page })).toMatchObject({ ok: true, value: { nodes: [{ name: 'inner' }] } });
    expect(refusalOf(await world.children(link, { page, nodeId: inner.nodeId }))).toBe('invalid_request');
    expect(await world.fetch(link, { nodeId: node.nodeId })).toBe('deep');
    expect(refusalOf(await world.content(link))).toBe('invalid_request');

    const absent = NodeId.parse(deviceIdOf('absent'));
    for (const nodeId of [other.node.nodeId, rootNodeId(ann.namespaceId), absent]) {
      expect(await world.fetch(link, { nodeId })).toBe('not_found');
      expect(refusalOf(await world.children(link, { nodeId }))).toBe('not_found');
    }
  });

  test('of a whole namespace shows all of it', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'a' });
    const link = await world.link(ann, { nodeId: rootNodeId(ann.namespaceId) });
    expect(await world.children(link)).toMatchObject({ ok: true, value: { nodes: [{ name: 'a.txt' }] } });
    expect(await world.fetch(link, { nodeId: node.nodeId })).toBe('a');
    expect(await world.links(ann)).toMatchObject([{ path: '/' }]);
  });
});

describe('a link ends', () => {
  test('when it expires, and says so to the token alone until it is forgotten', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node, { lifeSeconds: 60 });
    const { clock } = world.service.stores;
    clock.advance(59_999);
    expect(await world.fetch(link)).toBe('one');
    clock.advance(1);
    expect(await world.fetch(link)).toBe('link_ended: expired');
    expect(await world.links(ann)).toMatchObject([{ end: 'expired' }]);
    clock.advance(LINK_KEPT_MS);
    expect(await world.fetch(link)).toBe('not_found');
    expect(await world.links(ann)).toEqual([]);
  });

  test('after 30 days when nobody says otherwise', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node);
    world.service.stores.clock.advance(LINK_LIFE_MS_DEFAULT - 1);
    expect(await world.fetch(link)).toBe('one');
    world.service.stores.clock.advance(1);
    expect(await world.fetch(link)).toBe('link_ended: expired');
  });

  test('when its maker revokes it, and nobody else can', async () => {
    const { world, ann } = await LinkWorld.open();
    const bob = await join(world.service, 'bob');
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node);
    expect(refusalOf(await world.revoke(bob, link))).toBe('not_found');
    expect(await world.links(bob)).toEqual([]);
    expect(await world.fetch(link)).toBe('one');
    expect(await world.revoke(ann, link)).toMatchObject({ ok: true, value: { link: { end: 'revoked' } } });
    expect(await world.revoke(ann, link)).toMatchObject({ ok: true, value: { link: { end: 'revoked' } } });
    expect(await world.fetch(link)).toBe('link_ended: revoked');
  });

  test('when its maker has no access any more, and opens when he has it back', async () => {
    const { world, ann } = await LinkWorld.open();
    const bob = await join(world.service, 'bob');
    const { namespaces } = world.service.stores;
    const member = { namespaceId: ann.namespaceId, accountId: bob.accountId };
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    expect(refusalOf(await world.tryLink({ ...bob, namespaceId: ann.namespaceId }, node))).toBe('not_found');
    namespaces.setRole({ ...member, role: 'viewer' });
    const link = await world.link({ ...bob, namespaceId: ann.namespaceId }, node);
    expect(await world.fetch(link)).toBe('one');
    namespaces.setRole({ ...member, role: undefined });
    expect(await world.fetch(link)).toBe('link_ended: revoked');
    const [listed] = await world.links(bob);
    expect(listed).toMatchObject({ end: 'revoked' });
    expect(listed).not.toHaveProperty('path');
    namespaces.setRole({ ...member, role: 'viewer' });
    expect(await world.fetch(link)).toBe('one');
  });

  test('when it was used as often as it may be, one page after the other counting once', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node, { maxUses: 2 });
    expect(await world.look(link)).toMatchObject({ ok: true, value: { usesLeft: 2 } });
    expect([await world.fetch(link), await world.fetch(link), await world.fetch(link)]).toEqual([
      'one',
      'one',
      'link_ended: exhausted',
    ]);
    expect(refusalOf(await world.look(link))).toBe('link_ended: exhausted');
    expect(await world.links(ann)).toMatchObject([{ uses: 2, maxUses: 2, end: 'exhausted' }]);
  });
});

test('a download of many pages counts once, stays in its revision, and goes on for a day', async () => {
  const { world, ann } = await LinkWorld.open();
  const bytes = textBytes('x');
  const node = await world.putChunks(
    ann,
    'long',
    Array.from({ length: 600 }, () => bytes),
  );
  const link = await world.link(ann, node, { maxUses: 1 });
  const first = await world.content(link);
  const page = first.ok ? first.value.nextPage : undefined;
  await world.put(ann, { name: 'long', text: 'short', nodeId: node.nodeId, baseRev: node.rev });
  expect(await world.content(link, { page })).toMatchObject({ ok: true, value: { rev: 1, chunks: { length: 100 } } });
  expect(refusalOf(await world.content(link))).toBe('link_ended: exhausted');
  expect(refusalOf(await world.content(link, { page: 'forged' }))).toBe('invalid_request');
  world.service.stores.clock.advance(LINK_GRANT_MS);
  expect(refusalOf(await world.content(link, { page }))).toBe('invalid_request');
});

describe('a password', () => {
  test('is needed for everything, and is stored as what cannot be turned back', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node, { password: 'open sesame' });
    for (const visitor of [{}, { password: 'Open sesame' }]) {
      expect(refusalOf(await world.look(link, visitor))).toBe('password_needed');
      expect(await world.fetch(link, {}, visitor)).toBe('password_needed');
    }
    expect(await world.fetch(link, {}, { password: 'open sesame' })).toBe('one');
    const stored = JSON.stringify(
      await world.service.stores.links.list(ann.accountId, world.service.stores.clock.now()),
    );
    expect(stored).toMatch(/"passwordHash":"(argon2id|scrypt)\$/);
    expect(stored).not.toMatch(new RegExp(`sesame|${link.token}`));
    expect(await world.links(ann)).toMatchObject([{ hasPassword: true }]);
  });

  test('can be tried five times in 15 minutes from one address, and then not even the right one', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node, { password: 'right' });
    const from = (address: string, password: string) => world.fetch(link, {}, { address, password });
    for (let index = 0; index < 4; index++) expect(await from('192.0.2.1', `wrong ${index}`)).toBe('password_needed');
    for (let index = 0; index < 9; index++) expect(await from('192.0.2.1', 'right')).toBe('one');
    expect(await from('192.0.2.1', 'wrong')).toBe('password_needed');
    expect([await from('192.0.2.1', 'right'), await from('192.0.2.2', 'right')]).toEqual(['rate_limited', 'one']);
    world.service.stores.clock.advance(15 * 60_000 - 1);
    expect(await from('192.0.2.1', 'right')).toBe('rate_limited');
    world.service.stores.clock.advance(1);
    expect(await from('192.0.2.1', 'right')).toBe('one');
  });

  test('is not tried from all the addresses that one network of IPv6 has', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node, { password: 'right' });
    const outcomes: string[] = [];
    for (let index = 1; index <= 6; index++) {
      outcomes.push(await world.fetch(link, {}, { address: `2001:db8:0:1::${index}`, password: 'wrong' }));
    }
    expect(outcomes).toEqual([...Array.from({ length: 5 }, () => 'password_needed'), 'rate_limited']);
    expect(await world.fetch(link, {}, { address: '2001:db8:0:2::1', password: 'right' })).toBe('one');
  });
});

describe('a token that does not exist', () => {
  test('answers the same whatever else there is', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node, { password: 'right', maxUses: 1 });
    const near = { token: `${link.token.slice(0, 42)}${link.token.endsWith('A') ? 'Q' : 'A'}` };
    const far = { token: 'A'.repeat(43) };
    expect(await world.look(near)).toEqual(await world.look(far));
    expect(await world.look(near, { password: 'right' })).toEqual(await world.look(far));
    expect(refusalOf(await world.look(far))).toBe('not_found');
  });

  test('is looked for a hundred times in 15 minutes from one address, and then no token is', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node);
    const guess = async (index: number) => {
      const token = `${index}`.padStart(43, 'A');
      return refusalOf(await world.look({ token }, { address: '192.0.2.1' }));
    };
    for (let index = 0; index < 100; index++) expect(await guess(index)).toBe('not_found');
    expect(await guess(100)).toBe('rate_limited');
    expect(await world.fetch(link, {}, { address: '192.0.2.1' })).toBe('rate_limited');
    expect(await world.fetch(link, {}, { address: '192.0.2.2' })).toBe('one');
    world.service.stores.clock.advance(15 * 60_000);
    expect(await world.fetch(link, {}, { address: '192.0.2.1' })).toBe('one');
  });
});

describe('a link is refused', () => {
  test('for what its maker may not give, or what cannot be', async () => {
    const { world, ann } = await LinkWorld.open();
    const bob = await join(world.service, 'bob');
    const folder = await world.mkdir(ann, 'f');
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const gone = await world.put(ann, { name: 'gone.txt', text: 'gone' });
    await world.must(ann, { type: 'delete', nodeId: gone.node.nodeId, baseRev: 1 });
    world.service.stores.namespaces.setRole({ ...ann, accountId: bob.accountId, role: 'viewer' });
    const guest = { ...bob, namespaceId: ann.namespaceId };
    const outcomes = [
      await world.tryLink(guest, folder, { role: 'upload' }),
      await world.tryLink(ann, node, { role: 'upload' }),
      await world.tryLink(ann, folder, { rev: 1 }),
      await world.tryLink(ann, node, { rev: 2 }),
      await world.tryLink(ann, gone.node),
      await world.tryLink(ann, node, { password: 'é' }),
      await world.tryLink(ann, node, { password: '' }),
      await world.tryLink(ann, node, { lifeSeconds: 59 }),
      await world.tryLink(ann, node, { lifeSeconds: (3650 * DAY_MS) / 1000 + 1 }),
      await world.tryLink(ann, node, { maxUses: 0 }),
    ];
    const invalid = 'invalid_request';
    const expected = [
      'forbidden',
      invalid,
      invalid,
      'not_found',
      'not_found',
      invalid,
      invalid,
      invalid,
      invalid,
      invalid,
    ];
    expect(outcomes.map(refusalOf)).toEqual(expected);
    expect(await world.links(ann)).toEqual([]);
  });

  test('beyond the limit of an account', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'a.txt', text: 'one' });
    const link = await world.link(ann, node);
    const { links, clock } = world.service.stores;
    const stored = await links.list(ann.accountId, clock.now());
    for (let index = 1; index < LINKS_MAX; index++) {
      for (const each of stored) {
        await links.create({ ...each, linkId: deviceIdOf(`l${index}`) as never, tokenHash: `${index}` });
      }
    }
    expect(await world.tryLink(ann, node)).toMatchObject({
      problem: { code: 'too_large', details: { limit: 'LINKS_MAX' } },
    });
    await world.revoke(ann, link);
    clock.advance(LINK_KEPT_MS);
    expect(refusalOf(await world.tryLink(ann, node))).toBe('ok');
  });
});
