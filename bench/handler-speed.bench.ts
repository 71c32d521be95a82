import { setImmediate as turn } from 'node:timers/promises';
import { type Operation, type OpId, opId, rootNodeId } from '@syncline/protocol';
import { newId } from '../test/support/api-device.ts';
import { fileOf, join, type Member, putChunk, textBytes } from '../test/support/in-memory-member.ts';
import { type Answer, InMemoryService } from '../test/support/in-memory-service.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, percentile } from './bench-report.ts';
import { machineMs } from './machine-clock.ts';

const MEMBERS = 200;
const REQUESTS = 4000;
const WARM_UPS = 500;
const BATCH_OPERATIONS = 100;
/** Share of the highest rate at which requests come in the run with a queue. */
const LOADS = [0.5, 0.8] as const;

/** What can the handlers do on one processor, where stores take no time? The limit of the code: AWS gives each request a processor of its own. */
export async function benchHandlerSpeed(context: BenchContext): Promise<BenchResult> {
  const requests = context.scaled(REQUESTS);
  const figures: Figure[] = [];
  const works: readonly (readonly [name: string, perRequest: number, make: (speed: HandlerSpeed) => Work])[] = [
    ['commits of one operation', 1, (speed) => () => speed.makeFolders(1)],
    [
      `operations in commits of ${BATCH_OPERATIONS}`,
      BATCH_OPERATIONS,
      (speed) => () => speed.makeFolders(BATCH_OPERATIONS),
    ],
    ['small files (upload, PUT, commit)', 1, (speed) => () => speed.storeFile()],
    ['deltas of nothing', 1, (speed) => () => speed.readNothing()],
    ['deltas of a change', 1, (speed) => () => speed.readChange()],
  ];
  for (const [name, perRequest, make] of works) {
    const work = make(await HandlerSpeed.open());
    for (let count = 0; count < context.scaled(WARM_UPS); count++) await work();
    const count = perRequest === 1 ? requests : Math.ceil(requests / 20);
    const startMs = machineMs();
    for (let done = 0; done < count; done++) await work();
    const perSecond = (count * perRequest * 1000) / (machineMs() - startMs);
    figures.push({ name, value: perSecond, unit: 'a second' });
    if (perRequest > 1) continue;
    for (const load of LOADS) figures.push(...(await queue(work, { name, load, perSecond: perSecond * load, count })));
  }
  return {
    question: 'What can the handlers do on one processor, over stores that take no time?',
    note: `decoding, checking, deciding and encoding, and what a client does to read the answer, in one process; ${MEMBERS} accounts in turn; latencies from when a request came to when it was answered, at random times`,
    figures,
  };
}

type Work = () => Promise<unknown>;

/** Lets requests come at random times, so many a second in the mean, whether or not those before are done. */
async function queue(
  work: Work,
  {
    name,
    load,
    perSecond,
    count,
  }: { readonly name: string; readonly load: number; readonly perSecond: number; readonly count: number },
): Promise<readonly Figure[]> {
  const tookMs: number[] = [];
  const running: Promise<void>[] = [];
  let dueMs = machineMs();
  for (let started = 0; started < count; started++) {
    dueMs -= (Math.log(1 - Math.random()) * 1000) / perSecond;
    while (machineMs() < dueMs) await turn();
    const fromMs = dueMs;
    running.push(work().then(() => void tookMs.push(machineMs() - fromMs)));
    // Lets those that run go on, as a server does between two that come in.
    await turn();
  }
  await Promise.all(running);
  const at = `${name}, at ${load * 100} % of that`;
  return [
    { name: `${at}, p50`, value: percentile(tookMs, 0.5), unit: 'ms' },
    { name: `${at}, p99`, value: percentile(tookMs, 0.99), unit: 'ms' },
  ];
}

/** Requests of many accounts in turn, each through a route's whole handler. */
class HandlerSpeed {
  readonly #service = new InMemoryService();
  readonly #members: { readonly member: Member; readonly first: string; readonly latest: string }[] = [];
  #next = 0;
  #made = 0;

  static async open(): Promise<HandlerSpeed> {
    const speed = new HandlerSpeed();
    for (let number = 0; number < MEMBERS; number++) {
      const member = await join(speed.#service, `account ${number}`);
      const first = valueOf(await speed.#service.invoke('getCursor', {}, member)).cursor;
      await speed.#commit(member, [speed.#mkdir(member)]);
      const latest = valueOf(await speed.#service.invoke('getCursor', {}, member)).cursor;
      speed.#members.push({ member, first, latest });
    }
    return speed;
  }

  makeFolders(count: number): Promise<void> {
    const { member } = this.#turn();
    const batch = newId();
    return this.#commit(
      member,
      Array.from({ length: count }, (_, index) => this.#mkdir(member, opId(batch, index))),
    );
  }

  async storeFile(): Promise<void> {
    const { member } = this.#turn();
    const { namespaceId } = member;
    this.#made += 1;
    const bytes = textBytes(`content ${this.#made}`);
    const body = { files: [fileOf(namespaceId, [bytes])] };
    const [upload] = valueOf(await this.#service.invoke('initiateUploads', { body }, member)).uploads;
    const [missing] = upload?.missing ?? [];
    if (upload === undefined || missing === undefined) throw new Error('a new content is missing');
    putChunk(this.#service, missing, bytes);
    const { uploadId } = upload;
    const place = { namespaceId, parentId: rootNodeId(namespaceId), name: `file ${this.#made}` };
    const how = { opId: opId(newId(), 0), baseRev: 0, clock: 1, onConflict: 'keep_both' } as const;
    await this.#commit(member, [{ type: 'put', uploadId, ...place, ...how }]);
  }

  async readNothing(): Promise<void> {
    const { member, latest } = this.#turn();
    valueOf(await this.#service.invoke('listChanges', { query: { cursor: latest } }, member));
  }

  async readChange(): Promise<void> {
    const { member, first } = this.#turn();
    valueOf(await this.#service.invoke('listChanges', { query: { cursor: first } }, member));
  }

  #turn() {
    const chosen = this.#members[this.#next % this.#members.length];
    this.#next += 1;
    if (chosen === undefined) throw new Error('there are members');
    return chosen;
  }

  #mkdir({ namespaceId }: Member, own: OpId = opId(newId(), 0)): Operation {
    this.#made += 1;
    const name = `folder ${this.#made}`;
    return { type: 'mkdir', opId: own, namespaceId, parentId: rootNodeId(namespaceId), name };
  }

  async #commit(member: Member, operations: Operation[]): Promise<void> {
    const { results } = valueOf(await this.#service.invoke('commit', { body: { operations } }, member));
    if (results.some(({ status }) => status !== 'committed')) throw new Error(JSON.stringify(results));
  }
}

function valueOf<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new Error(answer.problem.detail);
}
