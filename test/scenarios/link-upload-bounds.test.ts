import { expect, test } from '@jest/globals';
import { CHUNK_PIN_MS, GiB, MiB, type UploadId } from '@syncline/protocol';
import { chunkOf, fileOf, fileOfChunks, type Member, textBytes } from '../support/in-memory-member.ts';
import { type HeldLink, LinkWorld, refusalOf } from '../support/link-world.ts';

interface Inbox {
  readonly world: LinkWorld;
  readonly ann: Member;
  readonly link: HeldLink;
}

/** A folder that takes files by a link, in a home with room for so many bytes. */
async function openInbox(quotaBytes: number, wish: { readonly maxUses?: number } = {}): Promise<Inbox> {
  const { world, ann } = await LinkWorld.open({ quotaBytes });
  const folder = await world.mkdir(ann, 'inbox');
  return { world, ann, link: await world.link(ann, folder, { role: 'upload', ...wish }) };
}

function announce({ world }: Inbox, link: HeldLink, files: readonly ReturnType<typeof fileOf>[]) {
  const body = { files: files.map(({ namespaceId: _namespace, ...file }) => file) };
  return world.service.invoke('openLinkUploads', { parameters: { token: link.token }, body });
}

let salt = 0;

/** Announces a file of so many bytes that no other has; the code of the refusal, or `ok`. */
async function announceBytes(inbox: Inbox, bytes: number, link = inbox.link): Promise<string> {
  salt += 1;
  return refusalOf(await announce(inbox, link, [fileOf(inbox.ann.namespaceId, [textBytes(`${salt}`.padEnd(bytes))])]));
}

async function store({ world, link }: Inbox, uploadId: UploadId): Promise<string> {
  return refusalOf(await world.store(link, [{ uploadId, name: 'file' }]));
}

test('what is announced and never stored fits into the room that there is, until the sweep may have taken it', async () => {
  const inbox = await openInbox(100);
  expect(await announceBytes(inbox, 60)).toBe('ok');
  expect(await announceBytes(inbox, 41)).toBe('rate_limited');
  expect(await announceBytes(inbox, 40)).toBe('ok');
  expect(await announceBytes(inbox, 1)).toBe('rate_limited');
  inbox.world.service.stores.clock.advance(CHUNK_PIN_MS - 1);
  expect(await announceBytes(inbox, 1)).toBe('rate_limited');
  inbox.world.service.stores.clock.advance(1);
  expect(await announceBytes(inbox, 100)).toBe('ok');
});

test('what was announced by one link takes no room from another', async () => {
  const inbox = await openInbox(100);
  const other = await inbox.world.link(inbox.ann, (await inbox.world.tree(inbox.ann))[0] as never, { role: 'upload' });
  expect(await announceBytes(inbox, 100)).toBe('ok');
  expect(await announceBytes(inbox, 100, other)).toBe('ok');
});

test('what was stored makes room for as much as is left, once, however many store it at once', async () => {
  const inbox = await openInbox(100);
  const uploadId = await inbox.world.send(inbox.link, [textBytes('x'.repeat(30))]);
  expect(await announceBytes(inbox, 60)).toBe('ok');
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => store(inbox, uploadId)));
  expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'ok'));
  expect(await inbox.world.tree(inbox.ann)).toHaveLength(2);
  expect(await announceBytes(inbox, 11)).toBe('rate_limited');
  expect(await announceBytes(inbox, 10)).toBe('ok');
  expect(await announceBytes(inbox, 71)).toBe('quota_exceeded');
});

test('an announcement that was refused takes no room', async () => {
  const inbox = await openInbox(100);
  const file = fileOf(inbox.ann.namespaceId, [textBytes('x'.repeat(60))]);
  const other = fileOf(inbox.ann.namespaceId, [textBytes('y')]);
  const wrong = { ...file, contentHash: other.contentHash };
  expect(refusalOf(await announce(inbox, inbox.link, [wrong]))).toBe('invalid_request');
  expect(await announceBytes(inbox, 100)).toBe('ok');
});

test('more files at once than a link takes are refused before a byte is sent, and it says how many it takes', async () => {
  const inbox = await openInbox(100, { maxUses: 3 });
  const { world, link, ann } = inbox;
  expect(await world.drop(link, 'a', 'a')).toBe('stored');
  const files = ['p', 'q', 'r'].map((text) => fileOf(ann.namespaceId, [textBytes(text)]));
  expect(await announce(inbox, link, files)).toMatchObject({
    problem: { code: 'too_large', detail: expect.stringContaining('takes 2 more files'), details: { max: 2 } },
  });
  expect(refusalOf(await announce(inbox, link, files.slice(1)))).toBe('ok');
});

test('however much room there is, a link announces at most 50 GiB that are not stored', async () => {
  const inbox = await openInbox(1000 * GiB);
  const file = (index: number) => {
    const chunks = Array.from({ length: 640 }, (_, chunk) => ({
      ...chunkOf(textBytes(`${index}/${chunk}`)),
      size: 8 * MiB,
    }));
    return fileOfChunks(inbox.ann.namespaceId, chunks);
  };
  const files = Array.from({ length: 11 }, (_, index) => file(index));
  expect(refusalOf(await announce(inbox, inbox.link, files))).toBe('too_large');
  expect(refusalOf(await announce(inbox, inbox.link, files.slice(1)))).toBe('ok');
  expect(await announceBytes(inbox, 1)).toBe('rate_limited');
});
