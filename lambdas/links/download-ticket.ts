import { type EpochMs, NodeId } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { KeyRing } from '../runtime/key-ring.ts';
import { readToken, signToken } from '../runtime/signed-token.ts';

/** A download that was counted: of which link and which content, and until when it may be fetched. */
const DownloadTicket = z.strictObject({ tokenHash: z.string(), nodeId: NodeId, rev: z.int(), until: z.int() });
export type DownloadTicket = z.infer<typeof DownloadTicket>;

export function signDownload(keyRing: KeyRing, ticket: DownloadTicket & { readonly until: EpochMs }): Promise<string> {
  return signToken(keyRing, 'download', ticket);
}

/** Undefined for what this deployment has not signed. Whether its time is over is the caller's check. */
export function readDownload(keyRing: KeyRing, token: string): Promise<DownloadTicket | undefined> {
  return readToken(keyRing, 'download', { token, schema: DownloadTicket });
}
