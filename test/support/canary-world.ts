import type { CanaryRequest, CanarySocket, CanaryWire } from '../../lambdas/canary/canary-wire.ts';
import { createSocketHandler } from '../../lambdas/sockets/create-socket-handler.ts';
import { InMemoryService } from './in-memory-service.ts';
import { IN_MEMORY_URL, inMemoryToken, inMemoryTransport } from './in-memory-transport.ts';

const POOL = 'https://pool.memory.test';
const BODY_BYTES_MAX = 1_000_000;
export const CANARY = { email: 'canary@example.test', password: 'right' } as const;

type Answer = Awaited<ReturnType<CanaryWire['send']>>;

/** The whole service over memory stores, as the canary's network has it; each answer may be another one. */
export class CanaryWorld implements CanaryWire {
  readonly service = new InMemoryService();
  readonly apiUrl = IN_MEMORY_URL;
  /** What becomes of an answer on its way. */
  tamper: (request: CanaryRequest, answer: Answer) => Answer = (_request, answer) => answer;
  /** Whether what is committed is told to who listens. */
  isPushing = true;
  readonly #transport = inMemoryTransport(this.service);
  #signIns = 0;
  #sockets = 0;

  async send(request: CanaryRequest): Promise<Answer> {
    const answer = request.url.startsWith(POOL) ? this.#signIn(request) : await this.#ask(request);
    if (this.isPushing) await this.service.deliverPushes();
    return this.tamper(request, answer);
  }

  async listen(url: string): Promise<CanarySocket> {
    const { stores } = this.service;
    this.#sockets += 1;
    const connectionId = `socket ${this.#sockets}`;
    const messages: unknown[] = [];
    const { statusCode } = await createSocketHandler({ ...stores, allowedOrigins: [] })({
      queryStringParameters: { ticket: new URL(url).searchParams.get('ticket') ?? undefined },
      requestContext: { routeKey: '$connect', requestId: connectionId, connectionId },
    });
    if (statusCode !== 200) throw new Error('the socket was refused');
    stores.pusher.open(connectionId, { receive: (message) => messages.push(message), closed: () => undefined });
    return { hears: async (isMeant) => messages.some(isMeant), close: () => stores.pusher.drop(connectionId) };
  }

  async #ask(request: CanaryRequest): Promise<Answer> {
    const sent = { ...request, answerBytesMax: BODY_BYTES_MAX, timeoutMs: 1000 };
    const { status, body } = await this.#transport.send(sent);
    if (request.url !== `${IN_MEMORY_URL}/v1/configuration`) return { status, body };
    const known = JSON.parse(Buffer.from(body).toString()) as object;
    const userPool = { endpoint: POOL, userPoolId: 'pool', clientId: 'client' };
    return { status, body: Buffer.from(JSON.stringify({ ...known, userPool })) };
  }

  #signIn({ body }: CanaryRequest): Answer {
    const { AuthParameters: given } = JSON.parse(Buffer.from(body ?? '').toString()) as {
      readonly AuthParameters: { readonly USERNAME: string; readonly PASSWORD: string };
    };
    if (given.PASSWORD !== CANARY.password) {
      return { status: 400, body: Buffer.from('{"__type":"NotAuthorizedException"}') };
    }
    this.#signIns += 1;
    const AccessToken = inMemoryToken(given.USERNAME, `sign-in ${this.#signIns}`);
    return { status: 200, body: Buffer.from(JSON.stringify({ AuthenticationResult: { AccessToken } })) };
  }
}
