import { ServerMessage } from '@syncline/protocol';
import * as z from 'zod/mini';
import { SOCKET_FRAME_BYTES_MAX } from './limits.ts';

/** A message of the service; undefined for everything else, such as what a newer service or its gateway says. Never throws. */
export function readServerMessage(data: string | Uint8Array): ServerMessage | undefined {
  if (data.length > SOCKET_FRAME_BYTES_MAX) return undefined;
  const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
  return z.safeParse(ServerMessage, parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON fits no schema.
    return undefined;
  }
}
