import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** As RFC 6455 has it, section 1.3. */
const HANDSHAKE_KEY = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;

/** A small WebSocket server: handshakes, frames below 64 KiB without fragments, and faults on demand. */
export class SocketServer {
  /** What a handshake meets. */
  handshakes: 'opened' | 'refused' | 'hanging' = 'opened';
  readonly heard: string[] = [];
  /** Paths with queries that were asked for. */
  readonly asked: string[] = [];
  readonly #lines = new Set<Duplex>();
  readonly #server = createServer((_request, response) => response.writeHead(426).end());

  async start(): Promise<void> {
    this.#server.on('upgrade', (request, line) => this.#upgrade(request, line));
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    for (const line of this.#lines) line.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Connections that stand, whatever has been said on them. */
  get lines(): number {
    return this.#lines.size;
  }

  push(text: string, as: 'text' | 'binary' = 'text'): void {
    for (const line of this.#lines) line.write(frame(as === 'text' ? TEXT : BINARY, Buffer.from(text)));
  }

  /** Ends all sockets with a goodbye. */
  end(): void {
    for (const line of this.#lines) line.end(frame(CLOSE, Buffer.from([0x03, 0xe9])));
  }

  /** Cuts all lines. */
  cut(): void {
    for (const line of this.#lines) line.destroy();
  }

  #upgrade(request: IncomingMessage, line: Duplex): void {
    this.asked.push(request.url ?? '');
    this.#lines.add(line);
    line.on('close', () => this.#lines.delete(line));
    line.on('error', () => line.destroy());
    line.on('end', () => line.end());
    line.resume();
    if (this.handshakes === 'refused') line.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
    if (this.handshakes !== 'opened') return;
    const key = `${request.headers['sec-websocket-key']}${HANDSHAKE_KEY}`;
    const accept = createHash('sha1').update(key).digest('base64');
    line.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    line.on('data', (data: Buffer) => this.#hear(data));
  }

  #hear(data: Buffer): void {
    const length = data.readUInt8(1) & 0x7f;
    const mask = data.subarray(2, 6);
    const text = Buffer.from(data.subarray(6, 6 + length).map((byte, index) => byte ^ mask.readUInt8(index % 4)));
    this.heard.push((data.readUInt8(0) & 0x0f) === TEXT ? text.toString() : 'goodbye');
  }
}

function frame(opcode: number, body: Buffer): Buffer {
  const head = body.length < 126 ? Buffer.from([0x80 | opcode, body.length]) : Buffer.from([0x80 | opcode, 126, 0, 0]);
  if (body.length >= 126) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}
