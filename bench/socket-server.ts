import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Appended to the client's key. Source: RFC 6455, section 1.3. */
const PROTOCOL_ID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Our messages are far smaller; more is not understood. */
const FRAME_BYTES_MAX = 65_535;
const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** The server's end of a WebSocket, as far as small text messages need one. */
export interface ServerSocket {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  onText(text: string): void;
  onClosed(): void;
}

/** Ends an upgrade that is not wanted. */
export function refuseSocket(stream: Duplex, statusCode: number): void {
  stream.end(`HTTP/1.1 ${statusCode} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** Takes an upgrade. Messages in several frames, binary ones and extensions are not understood: they close the connection. */
export function acceptSocket(incoming: IncomingMessage, stream: Duplex, events: SocketEvents): ServerSocket {
  const key = createHash('sha1').update(`${incoming.headers['sec-websocket-key']}${PROTOCOL_ID}`).digest('base64');
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${key}\r\n\r\n`,
  );
  const close = (): void => void stream.end(frameOf(OPCODE.close, Buffer.alloc(0)));
  let received = Buffer.alloc(0);
  stream.on('data', (part: Buffer) => {
    received = Buffer.concat([received, part]);
    for (let frame = readFrame(received); frame !== undefined; frame = readFrame(received)) {
      received = received.subarray(frame.length);
      if (frame.opcode === OPCODE.text) events.onText(frame.payload.toString());
      else if (frame.opcode === OPCODE.ping) stream.write(frameOf(OPCODE.pong, frame.payload));
      else if (frame.opcode !== OPCODE.pong) return close();
    }
    if (received.length > FRAME_BYTES_MAX) close();
  });
  stream.on('error', () => stream.destroy());
  stream.once('close', () => events.onClosed());
  return { send: (text) => void stream.write(frameOf(OPCODE.text, Buffer.from(text))), close };
}

/** A whole message in one frame, unmasked as a server's are. */
function frameOf(opcode: number, payload: Buffer): Buffer {
  const final = 0x80 | opcode;
  if (payload.length < 126) return Buffer.concat([Buffer.from([final, payload.length]), payload]);
  const header = Buffer.from([final, 126, 0, 0]);
  header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

interface Frame {
  /** 0 for what is not understood. */
  readonly opcode: number;
  readonly payload: Buffer;
  /** Of the whole frame, in bytes. */
  readonly length: number;
}

/** The first frame of what a client has sent; undefined while it is not complete. Source: RFC 6455, section 5.2. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const isExtended = (second & 0x7f) === 126;
  const maskAt = isExtended ? 4 : 2;
  if (bytes.length < maskAt) return undefined;
  const size = isExtended ? bytes.readUInt16BE(2) : second & 0x7f;
  const isUnderstood = (first & 0xf0) === 0x80 && (second & 0x80) !== 0 && (second & 0x7f) !== 127;
  if (!isUnderstood) return { opcode: 0, payload: Buffer.alloc(0), length: bytes.length };
  const payloadAt = maskAt + 4;
  const length = payloadAt + size;
  if (bytes.length < length) return undefined;
  const payload = Buffer.from(bytes.subarray(payloadAt, length));
  for (let index = 0; index < size; index++) {
    payload.writeUInt8(payload.readUInt8(index) ^ bytes.readUInt8(maskAt + (index % 4)), index);
  }
  return { opcode: first & 0x0f, payload, length };
}
