import * as z from 'zod/mini';
import { assert } from './assert.ts';

/**
 * Ids are 128 bits written as 26 characters of Crockford's base 32 (the text form of a ULID).
 * Random ids carry no time on purpose: an id that is known tells nothing about when it was made.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const ulid = () => z.string().check(z.regex(ULID, 'an id is 26 characters of Crockford base 32'));

export const AccountId = ulid().brand<'AccountId'>();
export type AccountId = z.infer<typeof AccountId>;
export const NamespaceId = ulid().brand<'NamespaceId'>();
export type NamespaceId = z.infer<typeof NamespaceId>;
export const NodeId = ulid().brand<'NodeId'>();
export type NodeId = z.infer<typeof NodeId>;
export const DeviceId = ulid().brand<'DeviceId'>();
export type DeviceId = z.infer<typeof DeviceId>;
/** Stands in the journal for the service itself, where nobody's device made a change. */
export const SERVICE_DEVICE_ID = DeviceId.parse('00000000000000000000000000');
export const UploadId = ulid().brand<'UploadId'>();
export type UploadId = z.infer<typeof UploadId>;
export const LinkId = ulid().brand<'LinkId'>();
export type LinkId = z.infer<typeof LinkId>;
export const WebhookId = ulid().brand<'WebhookId'>();
export type WebhookId = z.infer<typeof WebhookId>;
/** The first 128 bits of the SHA-256 of an invitation's token. */
export const InvitationId = ulid().brand<'InvitationId'>();
export type InvitationId = z.infer<typeof InvitationId>;

/** Lowercase hexadecimal SHA-256. */
const SHA256_HEX = /^[0-9a-f]{64}$/;
const sha256Hex = () => z.string().check(z.regex(SHA256_HEX, 'a hash is 64 lowercase hexadecimal digits'));
export const ChunkHash = sha256Hex().brand<'ChunkHash'>();
export type ChunkHash = z.infer<typeof ChunkHash>;
/** SHA-256 of a packed manifest (manifest.ts), which names a file's content. */
export const ContentHash = sha256Hex().brand<'ContentHash'>();
export type ContentHash = z.infer<typeof ContentHash>;

/**
 * `<ULID of the batch>-<index>`: the client names every operation once, and repeats the name with every retry.
 * The operations of a batch share a ULID so that the server can store their results together (decision 0003).
 */
export const OpId = z
  .string()
  .check(z.regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}-(0|[1-9][0-9]?|1[0-9]{2})$/, 'an opId is <ULID>-<0 to 199>'))
  .brand<'OpId'>();
export type OpId = z.infer<typeof OpId>;

/** Writes 16 bytes as 26 characters; the first carries the top three bits. */
export function encodeUlid(bytes: Uint8Array): string {
  assert(bytes.length === 16, 'an id has 16 bytes');
  const codes: number[] = [];
  let held = 0;
  // Two zeros in front make 130 bits of 128: 26 digits of five.
  let heldBits = 2;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    heldBits += 8;
    for (; heldBits >= 5; heldBits -= 5) codes.push(ALPHABET.charCodeAt((held >> (heldBits - 5)) & 31));
    held &= 31;
  }
  // Not digit by digit: a text that was put together so is put together once more when a map first looks it up.
  return String.fromCharCode(...codes);
}

/** How many ids in a row begin alike, and with how many of their bytes. */
const NEIGHBOURS = 1024;
const BEGINNING_BYTES = 6;

/**
 * Makes random ids for things that are made in one go: those that follow each other begin alike, NEIGHBOURS of them. So they lie together in every index by
 * id, and writing many at a time changes few of its pages, however large it has become. Nobody can guess the other 80 bits of each.
 * Source: docs/decisions/0190-ids-made-together-are-neighbours.md
 */
export function neighbouringUlids(randomBytes: (count: number) => Uint8Array): () => string {
  let beginning = new Uint8Array(0);
  let left = 0;
  return () => {
    const bytes = Uint8Array.from(randomBytes(16));
    if (left === 0) {
      beginning = bytes.slice(0, BEGINNING_BYTES);
      left = NEIGHBOURS;
    }
    left -= 1;
    bytes.set(beginning);
    return encodeUlid(bytes);
  };
}

export function opId(batch: string, index: number): OpId {
  return OpId.parse(`${batch}-${index}`);
}

/** Splits an opId into its batch and its index in it. */
export function splitOpId(id: OpId): { readonly batch: string; readonly index: number } {
  return { batch: id.slice(0, 26), index: Number(id.slice(27)) };
}

/** The root folder of a namespace has the namespace's own id; it is never stored, renamed, moved or deleted. */
export function rootNodeId(namespaceId: NamespaceId): NodeId {
  return NodeId.parse(namespaceId);
}
