import * as z from 'zod/mini';
import { DeviceId, NamespaceId, UploadId } from './ids.ts';
import { Instant, Sequence } from './nodes.ts';

/** A WebSocket address with a single-use ticket in it; it lives for 60 s. */
export const SocketResponse = z.strictObject({ url: z.string(), expiresAt: Instant });

/** A hint: the namespace's journal has reached `seq`. Duplicates, losses and reordering are harmless. */
export const ChangedMessage = z.strictObject({
  type: z.literal('changed'),
  namespaceId: NamespaceId,
  epoch: z.int(),
  seq: Sequence,
});
/** An upload of another device, into a namespace that this account may read, has come so far. Its confirmed chunks can be read. */
export const ProgressMessage = z.strictObject({
  type: z.literal('progress'),
  namespaceId: NamespaceId,
  uploadId: UploadId,
  deviceId: DeviceId,
  storedBytes: z.int(),
  totalBytes: z.int(),
});
/** This device, or its membership of the namespace that is named, has been revoked: stop, and sign in or read changes. */
export const RevokedMessage = z.strictObject({ type: z.literal('revoked'), namespaceId: z.optional(NamespaceId) });
export const PongMessage = z.strictObject({ type: z.literal('pong') });

export const ServerMessage = z.discriminatedUnion('type', [
  ChangedMessage,
  ProgressMessage,
  RevokedMessage,
  PongMessage,
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
/** All that a client may say; everything else is refused. */
export const ClientMessage = z.strictObject({ action: z.literal('ping') });
export type ClientMessage = z.infer<typeof ClientMessage>;
