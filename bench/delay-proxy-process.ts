import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { delayBytes } from './delay-line.ts';

/** Started by delay-proxy.ts: listens on a port for each target, and tells them. */
const [rttMs = 0, ...targets] = process.argv.slice(2).map(Number);
process.once('disconnect', () => process.exit());
let bytes = 0;
process.on('message', () => {
  process.send?.(bytes);
  bytes = 0;
});
const ports: number[] = [];
for (const target of targets) {
  // A half that has ended says nothing of the other one.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => join(client, target));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ports.push((server.address() as AddressInfo).port);
}
process.send?.(ports.join(' '));

function join(client: Socket, target: number): void {
  const server = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const delayMs = rttMs / 2;
  delayBytes({ from: client, to: server }, { delayMs, earliestAt: performance.now() + rttMs + delayMs });
  delayBytes({ from: server, to: client }, { delayMs, earliestAt: 0 });
  for (const socket of [client, server]) socket.on('data', (part: Buffer) => (bytes += part.length));
  for (const [socket, other] of [[client, server] as const, [server, client] as const]) {
    socket.once('error', () => other.destroy());
    socket.once('close', () => other.destroy());
  }
}
