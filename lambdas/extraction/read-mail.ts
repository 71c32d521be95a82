import PostalMime, { type Address } from 'postal-mime';
import { MAIL_DEPTH_MAX, MAILS_IN_MAIL_MAX } from './limits.ts';
import { addHtml } from './read-html.ts';
import type { TextCollector } from './text-collector.ts';

/** Reads who wrote what to whom, and the names of what is attached. What is attached is not opened. */
export async function readMail(bytes: Uint8Array, collector: TextCollector): Promise<void> {
  const mail = await PostalMime.parse(bytes, {
    maxNestingDepth: MAIL_DEPTH_MAX,
    maxRfc822NestingDepth: MAILS_IN_MAIL_MAX,
  });
  const people = [mail.from, ...(mail.to ?? []), ...(mail.cc ?? [])].flatMap((address) => address ?? []);
  const named = mail.attachments.map(({ filename }) => filename ?? '');
  for (const line of [mail.subject ?? '', ...people.map(describeAddress), ...named]) collector.add(`${line}\n`);
  if (mail.text !== undefined) collector.add(mail.text);
  else if (mail.html !== undefined) addHtml(mail.html, collector);
}

function describeAddress(address: Address): string {
  if (address.group !== undefined) return [address.name, ...address.group.map(describeAddress)].join(' ');
  return `${address.name} ${address.address}`;
}
