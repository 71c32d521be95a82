import { expect, test } from '@jest/globals';
import { ERRORS, type ErrorCode } from '@syncline/protocol';
import fc from 'fast-check';
import type { ApiResult } from '../../lambdas/runtime/api-event.ts';
import type { Invocation } from '../../lambdas/runtime/telemetry.ts';
import { deviceIdOf } from '../support/in-memory-member.ts';
import { eventOf, type InMemoryService, type TestCaller } from '../support/in-memory-service.ts';
import { KnownAnswers } from '../support/known-answers.ts';
import { MatrixWorld, matrixFile, type Target } from '../support/matrix-world.ts';
import { type DescribedRoute, defectsOf, describedRoutes } from '../support/openapi-schema.ts';
import { propertyCases } from '../support/property-runs.ts';
import { MARK, RandomRequests } from '../support/random-requests.ts';

/** Requests of one history; enough that what one answered can be asked for by others. */
const REQUESTS_MAX = 120;
const HISTORIES = 120;

const callerOf = (subject: string): TestCaller => ({
  subject,
  deviceId: deviceIdOf(`${subject}/desk`),
  address: subject,
});
/** The owner and an editor of a shared folder, somebody with an account alone, and who has none. */
const CALLERS: readonly TestCaller[] = [callerOf('olga'), callerOf('paul'), callerOf('nora'), { address: 'nobody' }];

interface Step {
  /** Of the route. */
  readonly name: string;
  readonly caller: TestCaller;
  readonly seed: number;
}

/** A service that is asked at random, and what its answers have told. */
class AskedService {
  readonly #service: InMemoryService;
  readonly #known = new KnownAnswers();

  constructor(service: InMemoryService, known: Target) {
    this.#service = service;
    this.#known.learn(known);
    this.#known.keep('file', matrixFile(known.namespaceId));
  }

  async ask({ name, caller, seed }: Step): Promise<void> {
    const route = routeNamed(name);
    const requests = new RandomRequests(String(seed), this.#known.values);
    const request = requests.request(route);
    const [method = '', path = ''] = route.key.split(' ');
    const event = eventOf({ method, path } as Parameters<typeof eventOf>[0], caller);
    const device = route.parameters.some((one) => one.in === 'header' && one.name === 'X-Device-Id');
    const own = device && caller.deviceId !== undefined && requests.below(10) > 0 ? event.headers : {};
    const { invocations } = this.#service.stores.telemetry;
    const before = invocations.length;
    const result = await this.#service.handle({ ...event, ...request, headers: { ...request.headers, ...own } });
    this.#check(route, result, invocations.slice(before));
  }

  #check(route: DescribedRoute, result: ApiResult, lines: readonly Invocation[]): void {
    const { statusCode, headers, body } = result;
    const [line, ...others] = lines;
    expect([line?.status, others]).toEqual([statusCode, []]);
    expect(line?.error).toBeUndefined();
    expect(JSON.stringify(line)).not.toContain(MARK);
    if (statusCode === 302 || result.isBase64Encoded === true || route.answers[statusCode]?.content === undefined) {
      if (statusCode in route.answers) return;
    }
    const isServed = statusCode === 200;
    const type = isServed ? 'application/json' : 'application/problem+json';
    const schema = route.answers[isServed ? 200 : 'default']?.content?.[type]?.schema;
    const value: unknown = JSON.parse(body);
    expect([headers['content-type'], defectsOf(schema ?? { const: 'nothing' }, value)]).toEqual([type, []]);
    if (isServed) return this.#known.learn(value);
    const { code, status, requestId } = value as { code: ErrorCode; status: number; requestId: string };
    expect([status, statusCode]).toEqual([ERRORS[code].status, ERRORS[code].status]);
    expect(['internal', 'unavailable']).not.toContain(code);
    expect([line?.code, line?.clientRequestId ?? line?.requestId]).toEqual([code, requestId]);
  }
}

function routeNamed(name: string): DescribedRoute {
  const route = describedRoutes.find((one) => one.name === name);
  if (route === undefined) throw new Error(`there is no route ${name}`);
  return route;
}

const steps = fc.array(
  fc.tuple(fc.constantFrom(...describedRoutes.map(({ name }) => name)), fc.constantFrom(...CALLERS), fc.nat()),
  { minLength: 20, maxLength: REQUESTS_MAX, size: 'max' },
);

test('whatever is sent to whichever route, the answer is one of the contract, no defect, and a refusal stands in the log', async () => {
  const answered = new Map<string, Set<number>>();
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const world = new MatrixWorld();
      const target = await world.open('editor');
      const service = new AskedService(world.service, target);
      for (const [name, caller, seed] of all) {
        await service.ask({ name, caller, seed });
        const { route = '', status = 0 } = world.service.stores.telemetry.invocations.at(-1) ?? {};
        answered.set(route, (answered.get(route) ?? new Set()).add(status));
      }
    }),
    { numRuns: propertyCases(HISTORIES) },
  );
  // A test that is refused everywhere would see nothing.
  const served = [...answered].filter(([, statuses]) => statuses.has(200) || statuses.has(302));
  expect(served.length).toBeGreaterThan(describedRoutes.length / 2);
});
