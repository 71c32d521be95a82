import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiDevice, newEmail, newOpId, openApiDevice, readJournal, valueOf } from '../support/api-device.ts';
import { connectSocket } from '../support/heard-socket.ts';
import { sharedStack } from '../support/shared-stack.ts';

let desk: ApiDevice;
let laptop: ApiDevice;

beforeAll(async () => {
  const { apiUrl } = sharedStack();
  const email = newEmail();
  desk = await openApiDevice({ apiUrl, email });
  laptop = await openApiDevice({ apiUrl, email });
});

async function makeFolder(device: ApiDevice, name: string): Promise<number> {
  const namespaceId = device.account.homeNamespaceId;
  const operation = { type: 'mkdir' as const, opId: newOpId(), namespaceId, parentId: namespaceId as never, name };
  const [result] = valueOf(await device.api.commit({ body: { operations: [operation] } })).results;
  if (result?.status !== 'committed') throw new Error('the folder is made');
  return result.seq;
}

describe('a commit reaches the other devices', () => {
  test('by a push that names the journal and its head', async () => {
    const { url } = valueOf(await laptop.api.openSocket({ body: {} }));
    const { socket, next } = await connectSocket(url);
    const seq = await makeFolder(desk, 'pushed');
    expect(await next()).toMatchObject({ type: 'changed', namespaceId: desk.account.homeNamespaceId, seq });
    socket.close();
  });

  test('by the long-poll, when no push ever comes', async () => {
    const { cursor } = valueOf(await laptop.api.getCursor());
    const waiting = laptop.api.waitForChanges({ query: { cursor, timeout: '20' } });
    const seq = await makeFolder(desk, 'polled');
    expect(valueOf(await waiting)).toEqual({ changed: true });
    expect((await readJournal(laptop, cursor)).map((change) => change.seq)).toEqual([seq]);
  });

  test('by the delta alone, when nobody waits', async () => {
    const { cursor } = valueOf(await laptop.api.getCursor());
    const seq = await makeFolder(desk, 'read later');
    expect(await readJournal(laptop, cursor)).toMatchObject([{ seq, type: 'created', node: { name: 'read later' } }]);
    expect(valueOf(await laptop.api.waitForChanges({ query: { cursor: await cursorNow(), timeout: '0' } }))).toEqual({
      changed: false,
    });
  });

  async function cursorNow(): Promise<string> {
    return valueOf(await laptop.api.getCursor()).cursor;
  }
});

describe('a ticket for the socket', () => {
  test('opens one socket only', async () => {
    const { url } = valueOf(await laptop.api.openSocket({ body: {} }));
    const { socket } = await connectSocket(url);
    await expect(connectSocket(url)).rejects.toThrow('did not open');
    socket.close();
  });

  test('cannot be guessed or left out', async () => {
    const { url } = valueOf(await laptop.api.openSocket({ body: {} }));
    const guessed = new URL(url);
    guessed.search = '?ticket=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    await expect(connectSocket(guessed.href)).rejects.toThrow('did not open');
    guessed.search = '';
    await expect(connectSocket(guessed.href)).rejects.toThrow('did not open');
  });
});
