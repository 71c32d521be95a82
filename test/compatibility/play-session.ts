import { assert } from '@syncline/protocol';
import type { InMemoryService } from '../support/in-memory-service.ts';

/** A request as a client of some version has sent it, and what it was answered. */
export interface Exchange {
  /** The route's name in the contract of that version. */
  readonly route: string;
  /** Such as `POST /v1/commits`. */
  readonly routeKey: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly answer?: unknown;
}

const ACCOUNT = { iss: 'https://issuer.memory.test', sub: 'kept', token_use: 'access', client_id: 'memory' };
export const KEPT_DEVICE = '01JZZZZZZZZZZZZZZZZZZZZZZ1';

/**
 * Sends the requests of a session as they were sent, byte by byte but for what a client takes out of answers: `{{0.homeNamespaceId}}` stands for that member
 * of the first answer. Nothing of the present contract is used. Answers what was answered.
 */
export async function playSession(
  service: InMemoryService,
  exchanges: readonly Exchange[],
): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const exchange of exchanges) {
    const { routeKey, parameters, query, body } = fillIn(exchange, answers) as Exchange;
    const { statusCode, body: answered } = await service.handle({
      routeKey,
      headers: { 'x-device-id': KEPT_DEVICE },
      requestContext: { requestId: 'kept', authorizer: { jwt: { claims: ACCOUNT } } },
      ...(parameters === undefined ? {} : { pathParameters: parameters }),
      ...(query === undefined ? {} : { queryStringParameters: query }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert(statusCode === 200, `${routeKey} is served: ${answered}`);
    answers.push(JSON.parse(answered));
  }
  return answers;
}

function fillIn(value: unknown, answers: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
    const [, path] = typeof inner === 'string' ? (/^\{\{(.+)\}\}$/.exec(inner) ?? []) : [];
    if (path === undefined) return inner;
    return path.split('.').reduce<unknown>((place, step) => (place as Record<string, unknown>)[step], answers);
  });
}

/** What an answer lacks of one that was kept: members that are gone, or of another type. A client of that version may miss each of them. */
export function lacking(kept: unknown, now: unknown, path = ''): readonly string[] {
  if (typeOf(kept) !== typeOf(now)) return [`${path} is ${typeOf(now)} and was ${typeOf(kept)}`];
  if (Array.isArray(kept))
    return kept.flatMap((element, index) => lacking(element, (now as unknown[])[index], `${path}[${index}]`));
  if (typeof kept !== 'object' || kept === null) return [];
  return Object.entries(kept).flatMap(([key, member]) =>
    lacking(member, (now as Record<string, unknown>)[key], `${path}.${key}`),
  );
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : typeof value;
}
