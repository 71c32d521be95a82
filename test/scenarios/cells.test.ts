import { expect, test } from '@jest/globals';
import { ERRORS, MiB, type Operation, opId, type Problem, rootNodeId, routes } from '@syncline/protocol';
import { createApiClient } from '../../client/src/api/api-client.ts';
import { MOVES_MAX } from '../../client/src/api/limits.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../client/src/api/transport.ts';
import { TransferGate } from '../../client/src/transfers/transfer-gate.ts';
import { type TransferDependencies, uploadContents } from '../../client/src/transfers/upload-files.ts';
import { sourceOf } from '../support/in-memory-client.ts';
import { join, type Member, textBytes } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { inMemoryTokens, inMemoryTransport } from '../support/in-memory-transport.ts';

const FIRST = 'https://first.memory.test';
const SECOND = 'https://second.memory.test';

interface Told {
  readonly apiBase: string;
  readonly namespaceId?: string;
}

/** Two whole services in one process, each with data of its own, and what each says of what is not there any more. */
class Cells {
  readonly services = {
    [FIRST]: new InMemoryService({ seed: 'first' }),
    [SECOND]: new InMemoryService({ seed: 'second' }),
  };
  readonly asked: string[] = [];
  readonly tokensAt = new Set<string>();
  /** What the discovery tells of all cells. */
  named: readonly string[] = [FIRST, SECOND];
  /** Of a request to a cell: where it is to go instead. */
  moved: (base: string, request: TransportRequest) => Told | undefined = () => undefined;

  client(member: Pick<Member, 'subject' | 'deviceId'>) {
    const clock = this.services[FIRST].stores.clock;
    const base = { baseUrl: FIRST, transport: this.#transport(), clock, random: () => 0.5 };
    return createApiClient({ ...base, tokens: inMemoryTokens(member.subject), deviceId: member.deviceId });
  }

  /** For contents: a signed PUT goes to the store of the cell that has signed it. */
  transfers(member: Pick<Member, 'subject' | 'deviceId'>): TransferDependencies {
    const { clock } = this.services[FIRST].stores;
    const cells = this.#transport();
    const send = async (request: TransportRequest): Promise<TransportResponse> => {
      if (!request.url.startsWith('memory:')) return cells.send(request);
      const first = await inMemoryTransport(this.services[FIRST]).send(request);
      return first.status === 200 ? first : inMemoryTransport(this.services[SECOND]).send(request);
    };
    const gate = new TransferGate({ tasksMax: 8, bytesMax: 64 * MiB });
    return { api: this.client(member), transport: { send }, gate, clock, random: () => 0.5 };
  }

  #transport(): Transport {
    return {
      send: async (request) => {
        const { origin, pathname } = new URL(request.url);
        this.asked.push(`${origin === FIRST ? 'first' : 'second'} ${request.method} ${pathname}`);
        if (request.headers['authorization'] !== undefined) this.tokensAt.add(origin);
        const told = pathname === routes.getConfiguration.path ? undefined : this.moved(origin, request);
        if (told !== undefined) return refusal(told);
        const service = origin === FIRST || origin === SECOND ? this.services[origin] : undefined;
        if (service === undefined) throw new Error(`nobody is at ${origin}`);
        const answer = await inMemoryTransport(service).send(request);
        return pathname === routes.getConfiguration.path ? withCells(answer, this.named) : answer;
      },
    };
  }
}

function refusal(details: Told): TransportResponse {
  const { status, remedy } = ERRORS.moved;
  const problem: Problem = {
    code: 'moved',
    remedy,
    detail: 'this is in another cell',
    details,
    type: 'about:blank',
    title: 'moved',
    status,
    requestId: 'r',
  };
  return { status, headers: {}, body: Buffer.from(JSON.stringify(problem)) };
}

function withCells({ body, ...answer }: TransportResponse, cells: readonly string[]): TransportResponse {
  const told = JSON.parse(Buffer.from(body).toString()) as object;
  return { ...answer, body: Buffer.from(JSON.stringify({ ...told, cells })) };
}

const names = (request: TransportRequest, namespaceId: string) =>
  request.url.includes(namespaceId) || String(request.body ?? '').includes(namespaceId);

function mkdir({ namespaceId }: Member, name: string) {
  const operation = {
    type: 'mkdir',
    opId: opId('0'.repeat(26), 0),
    namespaceId,
    parentId: rootNodeId(namespaceId),
    name,
  };
  return { body: { operations: [operation as Operation] } };
}

test('an account that is in another cell is found by the address that was typed, with one request more', async () => {
  const cells = new Cells();
  const ann = await join(cells.services[SECOND], 'ann');
  cells.moved = (base) => (base === FIRST ? { apiBase: SECOND } : undefined);
  const api = cells.client(ann);
  expect(await api.getAccount()).toMatchObject({ ok: true, value: { homeNamespaceId: ann.namespaceId } });
  expect(cells.asked).toEqual(['first GET /v1/account', 'first GET /v1/configuration', 'second GET /v1/account']);
  cells.asked.length = 0;
  expect(await api.commit(mkdir(ann, 'here'))).toMatchObject({
    ok: true,
    value: { results: [{ status: 'committed' }] },
  });
  expect(await api.resolvePath({ query: { path: '/here' } })).toMatchObject({ ok: true });
  expect(cells.asked).toEqual(['second POST /v1/commits', 'second GET /v1/paths']);
});

/** A member of the first cell, with a namespace of its own in the second one. */
async function openApart() {
  const cells = new Cells();
  const home = await join(cells.services[FIRST], 'ann');
  const away = await join(cells.services[SECOND], 'ann');
  const { namespaceId } = away;
  cells.moved = (base, request) =>
    base === FIRST && names(request, namespaceId) ? { apiBase: SECOND, namespaceId } : undefined;
  return { cells, home, away };
}

test('what is about a namespace of another cell goes there, and everything else stays', async () => {
  const { cells, home, away } = await openApart();
  const { namespaceId } = away;
  const api = cells.client(home);
  expect(await api.commit(mkdir(away, 'there'))).toMatchObject({
    ok: true,
    value: { results: [{ status: 'committed' }] },
  });
  expect(await api.commit(mkdir(home, 'here'))).toMatchObject({
    ok: true,
    value: { results: [{ status: 'committed' }] },
  });
  cells.asked.length = 0;
  expect(await api.resolvePath({ query: { path: '/there', namespaceId } })).toMatchObject({ ok: true });
  expect(await api.resolvePath({ query: { path: '/here' } })).toMatchObject({ ok: true });
  expect(await api.resolvePath({ query: { path: '/here', namespaceId } })).toMatchObject({ ok: false });
  expect(cells.asked).toEqual(['second GET /v1/paths', 'first GET /v1/paths', 'second GET /v1/paths']);
});

test('what moves back while a client runs is followed back', async () => {
  const cells = new Cells();
  const ann = await join(cells.services[SECOND], 'ann');
  cells.moved = (base) => (base === FIRST ? { apiBase: SECOND } : undefined);
  const api = cells.client(ann);
  await api.getAccount();
  cells.moved = (base) => (base === SECOND ? { apiBase: FIRST } : undefined);
  const there = await api.getAccount();
  expect(there.ok && there.value.homeNamespaceId).not.toBe(ann.namespaceId);
  cells.asked.length = 0;
  await api.getAccount();
  expect(cells.asked).toEqual(['first GET /v1/account']);
});

test('cells that point at each other are given up, and the refusal is answered', async () => {
  const cells = new Cells();
  const ann = await join(cells.services[FIRST], 'ann');
  cells.moved = (base) => ({ apiBase: base === FIRST ? SECOND : FIRST });
  const answer = await cells.client(ann).getAccount();
  expect(answer).toMatchObject({ ok: false, problem: { code: 'moved', remedy: 'retry' } });
  expect(cells.asked.filter((line) => line.endsWith('/account'))).toHaveLength(MOVES_MAX + 1);
});

test.each([
  ['no cell of the deployment', 'https://evil.test', [FIRST, SECOND]],
  ['a cell without TLS', 'http://second.memory.test', [FIRST, 'http://second.memory.test']],
  ['a cell, where nobody names any', SECOND, []],
  ['a cell by another name', 'https://second.memory.test.evil.test', [FIRST, SECOND]],
])('nobody is sent a token who is %s', async (_, apiBase, named) => {
  const cells = new Cells();
  const ann = await join(cells.services[FIRST], 'ann');
  cells.named = named;
  cells.moved = () => ({ apiBase });
  expect(await cells.client(ann).getAccount()).toMatchObject({ ok: false, problem: { code: 'moved' } });
  expect([...cells.tokensAt]).toEqual([FIRST]);
});

test('an answer about another namespace than the one that was asked about moves nothing', async () => {
  const cells = new Cells();
  const ann = await join(cells.services[FIRST], 'ann');
  cells.moved = () => ({ apiBase: SECOND, namespaceId: '0'.repeat(26) });
  const { namespaceId } = ann;
  const answer = await cells.client(ann).resolvePath({ query: { path: '/', namespaceId } });
  expect(answer).toMatchObject({ ok: false, problem: { code: 'moved' } });
  expect([...cells.tokensAt]).toEqual([FIRST]);
});

test.each([10, 40])('%s small files for a namespace of another cell are stored there', async (count) => {
  const { cells, home, away } = await openApart();
  const sources = Array.from({ length: count }, (_, index) => sourceOf(away, textBytes(`file ${index}`)));
  const outcomes = await uploadContents(cells.transfers(home), sources);
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['uploaded']));
});
