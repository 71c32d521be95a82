import { isIP } from 'node:net';
import { PORT_MIN } from './limits.ts';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** `loopback`: receivers may also be on this machine, by plain HTTP. For a local emulator, and nowhere else. */
export type WebhookTargets = 'public' | 'loopback';

/** Whatever is not the word for a local emulator means the public internet alone. */
export function parseTargets(text: string): WebhookTargets {
  return text === 'loopback' ? 'loopback' : 'public';
}

/**
 * The address of a receiver as a URL, or why it is none. Names are not looked up: where they lead to is asked, and judged, whenever a message is sent
 * (guarded-sender.ts).
 */
export function parseTarget(text: string, targets: WebhookTargets): URL | string {
  if (!URL.canParse(text)) return 'a webhook needs an address like https://hooks.example.com/syncline';
  const url = new URL(text);
  const isPlainHere = targets === 'loopback' && url.protocol === 'http:' && isLoopbackAddress(hostOf(url));
  if (url.protocol !== 'https:' && !isPlainHere) return 'a webhook is sent by https alone';
  if (url.username !== '' || url.password !== '')
    return 'an address with a name or a password would be sent in the open';
  if (url.hash !== '') return 'what stands behind # is never sent';
  if (url.port !== '' && Number(url.port) < PORT_MIN) return `a port is 443, or ${PORT_MIN} and above`;
  const host = hostOf(url);
  if (isIP(host) !== 0 && !mayReach(host, targets)) return 'this address is not one of the public internet';
  return url;
}

export function mayReach(address: string, targets: WebhookTargets): boolean {
  return isPublicAddress(address) || (targets === 'loopback' && isLoopbackAddress(address));
}

/** A URL writes an IPv6 address in brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
