import { isIPv4, isIPv6 } from 'node:net';

/**
 * Parts of IPv4 that are not of the public internet: this host, private networks, carriers' networks, loopback, link-local with the metadata services
 * of clouds, documentation, benchmarks, relays, multicast, reserved and broadcast. Source: IANA IPv4 Special-Purpose Address Registry.
 */
const SPECIAL_V4: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/**
 * Of IPv6 only 2000::/3 is given out at all, which leaves out loopback, unique local and link-local ones, those that stand for IPv4 (mapped, NAT64), and multicast.
 * Within it, what is for protocols (Teredo and such), documentation and 6to4. Source: IANA IPv6 Special-Purpose Address Registry.
 */
const SPECIAL_V6: readonly (readonly [address: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

/** Whether an address is one of the public internet. What is no address is none; what is in doubt neither. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !SPECIAL_V4.some(([from, prefix]) => isWithin(bitsOfV4(address), bitsOfV4(from), prefix));
  // One with a zone (fe80::1%eth0) is link-local, whatever it says.
  if (!isIPv6(address) || address.includes('%')) return false;
  const bits = bitsOfV6(address);
  return isWithin(bits, GIVEN_V6, 3) && !SPECIAL_V6.some(([from, prefix]) => isWithin(bits, bitsOfV6(from), prefix));
}

/** Whether an address is this machine's own: what a receiver of a local emulator has. */
export function isLoopbackAddress(address: string): boolean {
  return isIPv4(address) ? isWithin(bitsOfV4(address), bitsOfV4('127.0.0.0'), 8) : address === '::1';
}

const GIVEN_V6 = bitsOfV6('2000::');

/** Whether two addresses, written as bits, begin with the same `prefix` of them. */
function isWithin(bits: string, from: string, prefix: number): boolean {
  return bits.startsWith(from.slice(0, prefix));
}

function bitsOfV4(address: string): string {
  const parts = address.split('.');
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
}

/** URLs write an address in one way: eight groups of hexadecimal digits, of which `::` stands for zeros. */
function bitsOfV6(address: string): string {
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [start = [], end = []] = written.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - start.length - end.length }, () => '0');
  const groups = written.includes('::') ? [...start, ...zeros, ...end] : start;
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
