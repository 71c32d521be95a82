import { isIPv4, isIPv6 } from 'node:net';
import type { UploadId } from '@syncline/protocol';

/** IPv6 addresses have 16-bit groups, of which a network of one customer shares the first four. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** What one visitor counts as: an IPv4 address, or the network of an IPv6 one, because its owner has 2^64 of them. */
export function visitorKey(address: string): string {
  if (!isIPv6(address)) return address;
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const last = plain.slice(plain.lastIndexOf(':') + 1);
  // An IPv4 address in the clothes of IPv6 is what it is.
  if (isIPv4(last)) return plain.startsWith('::ffff:') ? last : 'embedded';
  const [before = '', after] = plain.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const groups = [...head, ...Array.from({ length: GROUPS - head.length - tail.length }, () => '0'), ...tail];
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::`;
}

export function tokenAttemptKey(address: string): string {
  return `token/${visitorKey(address)}`;
}

/** One for the visitor at this link, and one for all visitors at it. */
export function passwordAttemptKeys(tokenHash: string, address: string): readonly [own: string, all: string] {
  return [`password/${tokenHash}/${visitorKey(address)}`, `password/${tokenHash}`];
}

/** Bytes that this link has announced, and not stored. */
export function pendingBytesKey(tokenHash: string): string {
  return `pending/${tokenHash}`;
}

/** Whether an upload was counted as stored. */
export function storedUploadKey(uploadId: UploadId): string {
  return `stored/${uploadId}`;
}

export function uploadAttemptKey(tokenHash: string): string {
  return `uploads/${tokenHash}`;
}
