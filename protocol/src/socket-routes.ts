import * as z from 'zod/mini';
import { SocketResponse } from './sockets.ts';

/** The part of the HTTP contract (routes.ts) that is about WebSocket connections. */
export const socketRoutes = {
  openSocket: {
    method: 'POST',
    path: '/v1/socket',
    summary: 'A WebSocket address with a single-use ticket.',
    access: 'device',
    body: z.strictObject({}),
    response: SocketResponse,
  },
} as const;
