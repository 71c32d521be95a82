import { lookup } from 'node:dns/promises';
import type { RequestOptions } from 'node:http';
import { request as sendHttps } from 'node:https';
import { isIP } from 'node:net';
import { ANSWER_MS_MAX } from './limits.ts';
import type { SendResult, WebhookPost, WebhookSender } from './webhook-sender.ts';
import { hostOf, mayReach, parseTarget, type WebhookTargets } from './webhook-target.ts';

/** Only an emulator's receivers are spoken to without TLS. An `import` would read all of node:http at every start (http-connections.ts). */
const plainHttp = process.getBuiltinModule('node:http');

export interface GuardedSenderOptions {
  readonly targets: WebhookTargets;
  /** All addresses of a name. @default what the system resolves */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** @default ANSWER_MS_MAX */
  readonly answerMsMax?: number;
}

/**
 * Sends to public addresses alone. A name is resolved once for each try; if one of its addresses is not public nothing is sent, and the connection goes to an
 * address that was looked at, so that a name which leads elsewhere a moment later leads nowhere. Redirects are answers like others. Certificates
 * are those of the name.
 */
export class GuardedSender implements WebhookSender {
  readonly #options: GuardedSenderOptions;

  constructor(options: GuardedSenderOptions) {
    this.#options = options;
  }

  async send(post: WebhookPost): Promise<SendResult> {
    const { targets, resolve = resolveAll, answerMsMax = ANSWER_MS_MAX } = this.#options;
    const url = parseTarget(post.url, targets);
    if (typeof url === 'string') return { kind: 'forbidden' };
    const ended = AbortSignal.timeout(answerMsMax);
    const host = hostOf(url);
    let addresses: readonly string[];
    try {
      addresses = isIP(host) === 0 ? await untilAborted(resolve(host), ended) : [host];
    } catch {
      // A name that leads nowhere, or a resolver that does not answer: the receiver is not there.
      return { kind: 'unreachable' };
    }
    const [address] = addresses;
    if (address === undefined) return { kind: 'unreachable' };
    if (!addresses.every((one) => mayReach(one, targets))) return { kind: 'forbidden' };
    return exchange({ url, address, ended }, post);
  }
}

interface Line {
  readonly url: URL;
  readonly address: string;
  readonly ended: AbortSignal;
}

function exchange({ url, address, ended }: Line, { headers, body }: WebhookPost): Promise<SendResult> {
  const isSecure = url.protocol === 'https:';
  const options: RequestOptions & { readonly servername?: string } = {
    method: 'POST',
    host: address,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, 'content-length': String(Buffer.byteLength(body)) },
    // A connection of its own for each message: none is kept to a place that a name no longer leads to.
    agent: false,
    signal: ended,
    ...(url.port === '' ? {} : { port: url.port }),
    ...(isSecure && isIP(hostOf(url)) === 0 ? { servername: hostOf(url) } : {}),
  };
  return new Promise((resolve) => {
    const outgoing = (isSecure ? sendHttps : plainHttp.request)(options);
    outgoing.once('response', (incoming) => {
      resolve({ kind: 'answered', status: incoming.statusCode ?? 0 });
      outgoing.destroy();
    });
    // Refused, reset, too late, no certificate for the name: no message was taken. It comes once more after the end of an answer.
    outgoing.on('error', () => resolve({ kind: 'unreachable' }));
    outgoing.end(body);
  });
}

async function resolveAll(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}

/** The system's resolver cannot be told to stop; whoever waits for it can. */
function untilAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    asked.then(resolve, reject);
  });
}
