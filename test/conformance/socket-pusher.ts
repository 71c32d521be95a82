import { beforeAll, expect, test } from '@jest/globals';
import { NamespaceId, type ServerMessage } from '@syncline/protocol';
import type { SocketPusher } from '../../lambdas/sockets/socket-pusher.ts';
import { freshId } from './namespace-fixture.ts';

export interface PusherSubject {
  readonly pusher: SocketPusher;
  /** Opens a connection. Messages arrive in `received` some time after they were posted. */
  readonly open: () => Promise<OpenSocket>;
}

export interface OpenSocket {
  readonly connectionId: string;
  readonly received: () => Promise<readonly unknown[]>;
  readonly isClosed: () => Promise<boolean>;
}

const message: ServerMessage = { type: 'changed', namespaceId: NamespaceId.parse(freshId()), epoch: 1, seq: 42 };

/** What every SocketPusher must do. */
export function describeSocketPusher(make: () => Promise<PusherSubject>): void {
  let subject: PusherSubject;
  beforeAll(async () => {
    subject = await make();
  });

  test('a message arrives at its connection, and at no other', async () => {
    const [near, other] = [await subject.open(), await subject.open()];
    expect(await subject.pusher.post(near.connectionId, message)).toBe('sent');
    expect(await near.received()).toEqual([message]);
    expect(await other.received()).toEqual([]);
  });

  test('a connection that was closed is gone, and closing it again is success', async () => {
    const { connectionId, isClosed } = await subject.open();
    await subject.pusher.close(connectionId);
    expect(await isClosed()).toBe(true);
    expect(await subject.pusher.post(connectionId, message)).toBe('gone');
    await subject.pusher.close(connectionId);
  });

  test('a connection that never was is gone', async () => {
    expect(await subject.pusher.post('bmV2ZXI=', message)).toBe('gone');
  });
}
