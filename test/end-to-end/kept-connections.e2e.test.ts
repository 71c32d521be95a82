import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { SECOND_MS } from '@syncline/protocol';
import { IDLE_MS_MAX } from '../../emulator/api-proxy.ts';
import { sharedStack } from '../support/shared-stack.ts';

test('the emulator keeps a connection for longer than the front server does, so that no request meets its end', async () => {
  const { host, hostname, pathname, port } = new URL(sharedStack().apiUrl);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const closed = once(socket, 'close').then(() => 'closed');
  await once(socket, 'connect');
  const ask = async (): Promise<string> => {
    socket.write(`GET ${pathname}/v1/configuration HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    const answered = once(socket, 'data').then(([bytes]) => String(bytes).split('\r\n', 1)[0] ?? '');
    return Promise.race([answered, closed]);
  };
  expect(await ask()).toBe('HTTP/1.1 200 OK');
  await sleep(IDLE_MS_MAX + SECOND_MS);
  expect(await ask()).toBe('HTTP/1.1 200 OK');
  socket.destroy();
});
