import { DeviceId, NamespaceId, parseInstant } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { AppendedEntry } from './notify-devices.ts';

const Digits = z.string().check(z.regex(/^[0-9]{1,15}$/));

/** What a push needs of a row of the table Changes (namespaces/dynamodb-entry-item.ts); the rest of it is not looked at. */
const Image = z.object({
  pk: z.object({ S: NamespaceId }),
  sk: z.object({ N: Digits }),
  epoch: z.object({ N: Digits }),
  deviceId: z.object({ S: DeviceId }),
  changedAt: z.optional(z.object({ S: z.string() })),
  requestId: z.optional(z.object({ S: z.string() })),
});

/** Reads the image of a stream record. Strict, because a record that nobody can read must be put aside, not guessed at. */
export function decodeAppendedEntry(image: unknown): AppendedEntry {
  const { pk, sk, epoch, deviceId, changedAt, requestId } = Image.parse(image);
  return {
    namespaceId: pk.S,
    seq: Number(sk.N),
    epoch: Number(epoch.N),
    deviceId: deviceId.S,
    ...(changedAt === undefined ? {} : { changedAt: parseInstant(changedAt.S) }),
    ...(requestId === undefined ? {} : { requestId: requestId.S }),
  };
}
