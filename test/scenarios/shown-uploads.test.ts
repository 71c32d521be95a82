/** What a status tells of uploads of other devices: those that go on, and no others. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { UPLOAD_SESSION_MS } from '@syncline/protocol';
import { UPLOAD_SHOWN_MS } from '../../client/src/sync/limits.ts';
import { ChunkedAuthor, type OpenUpload } from '../support/chunked-author.ts';
import { FetchingDevice } from '../support/fetching-device.ts';
import { join } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';

const PARTS = ['one ', 'two ', 'three ', 'four '];
const WHOLE = PARTS.join('');
let service: InMemoryService;
let author: ChunkedAuthor;
let phone: FetchingDevice;

beforeEach(async () => {
  service = new InMemoryService();
  author = new ChunkedAuthor(service, await join(service, 'ada', 'desk'));
  phone = new FetchingDevice(service, await join(service, 'ada', 'phone'));
  await phone.connect();
  await phone.sync();
});
afterEach(() => phone.ahead.close());

/** Reports chunks, and lets the phone do what it does then. */
async function report(upload: OpenUpload, ...indexes: readonly number[]): Promise<void> {
  await author.report(upload, indexes);
  await phone.settle();
}

/** A push of the service that tells how far an upload has come. */
function hearLate({ uploadId }: OpenUpload, { storedBytes }: { readonly storedBytes: number }): void {
  const { namespaceId, deviceId } = author.member;
  phone.ahead.hear({ type: 'progress', namespaceId, uploadId, deviceId, storedBytes, totalBytes: WHOLE.length });
}

test('a status tells what is on its way until it is committed', async () => {
  const upload = await author.open(PARTS);
  await report(upload, 0, 1);
  const shown = { uploadId: upload.uploadId, storedBytes: 8, totalBytes: WHOLE.length, fetchedBytes: 8 };
  expect(phone.ahead.incoming()).toMatchObject([shown]);
  await report(upload, ...PARTS.keys());
  await author.commit(upload, { name: 'film.mkv' });
  await phone.sync();
  expect(phone.ahead.incoming()).toEqual([]);
  // A push that comes late.
  hearLate(upload, { storedBytes: 8 });
  await phone.settle();
  expect([phone.files.stagedKeys(), phone.ahead.incoming()]).toEqual([[], []]);
});

test('an upload that is not followed is told until it is at the service, or is known to be committed', async () => {
  phone.isWelcome = false;
  const upload = await author.open(PARTS);
  await report(upload, 0, 1);
  expect(phone.ahead.incoming()).toMatchObject([{ uploadId: upload.uploadId, fetchedBytes: 0 }]);
  await report(upload, ...PARTS.keys());
  expect(phone.ahead.incoming()).toEqual([]);
  // The last report was lost.
  hearLate(upload, { storedBytes: 8 });
  expect(phone.ahead.incoming()).toHaveLength(1);
  await author.commit(upload, { name: 'film.mkv' });
  await phone.sync();
  expect(phone.ahead.incoming()).toEqual([]);
});

test('of an upload that its author has left nothing is told any more, and who watches learns of it', async () => {
  const changes: number[] = [];
  phone.ahead.onChange(() => changes.push(phone.ahead.incoming().length));
  const upload = await author.open(PARTS);
  await report(upload, 0, 1);
  phone.clock.advance(UPLOAD_SHOWN_MS - 1);
  await phone.settle();
  expect(changes.at(-1)).toBe(1);
  phone.clock.advance(1);
  await phone.settle();
  expect(changes.at(-1)).toBe(0);
});

test('an upload whose session has ended is not told any more', async () => {
  const upload = await author.open(PARTS);
  await report(upload, 0);
  expect(phone.ahead.incoming()).toHaveLength(1);
  service.stores.clock.advance(UPLOAD_SESSION_MS + 1000);
  hearLate(upload, { storedBytes: 8 });
  await phone.settle();
  expect([phone.ahead.incoming(), phone.files.stagedKeys()]).toEqual([[], []]);
});
