import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type NodeId, rootNodeId } from '@syncline/protocol';
import {
  type ApiDevice,
  newEmail,
  newOpId,
  openApiDevice,
  putOperation,
  uploadBytes,
  valueOf,
} from '../support/api-device.ts';
import { eventually } from '../support/eventually.ts';
import { nameStack, runAdmin } from '../support/run-admin.ts';
import { useSearchAlone } from '../support/search-turn.ts';
import { sharedStack } from '../support/shared-stack.ts';

useSearchAlone();

/** Folders that are there before, and in each a folder. */
const BEFORE = 30;
/** Files that are written while there is no index. */
const WRITTEN_MEANWHILE = 8;

let folder: string;
let ann: ApiDevice;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reindex-'));
  await nameStack(folder, sharedStack());
  ann = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function reindex(...args: readonly string[]): Promise<string> {
  const { exitCode, text } = await runAdmin(folder, ['reindex', ...args]);
  if (exitCode !== 0) throw new Error(`reindex ended with ${exitCode}: ${text}`);
  return text;
}

const homeOf = () => ann.account.homeNamespaceId;

async function makeFolder(name: string, parentId: NodeId = rootNodeId(homeOf())) {
  const operation = { type: 'mkdir' as const, opId: newOpId(), namespaceId: homeOf(), parentId, name };
  const [result] = valueOf(await ann.api.commit({ body: { operations: [operation] } })).results;
  if (result?.status !== 'committed') throw new Error('the folder is made');
  return result.node;
}

async function rename({ nodeId, rev }: { readonly nodeId: NodeId; readonly rev: number }, name: string) {
  const place = { parentId: rootNodeId(homeOf()), name };
  const operation = { type: 'move' as const, opId: newOpId(), namespaceId: homeOf(), nodeId, baseRev: rev, ...place };
  const [result] = valueOf(await ann.api.commit({ body: { operations: [operation] } })).results;
  expect(result).toMatchObject({ status: 'committed' });
}

/** Everything that search has of the home, by pages. */
async function foundPaths(): Promise<readonly string[]> {
  const paths: string[] = [];
  let page: string | undefined;
  do {
    const query = { namespaceId: homeOf(), q: '', sort: 'name' as const, page };
    const answer = valueOf(await ann.api.search({ query }));
    expect(answer.hits.length).toBeLessThanOrEqual(answer.total);
    paths.push(...answer.hits.map(({ path: found }) => found));
    page = answer.nextPage;
  } while (page !== undefined);
  return paths.toSorted();
}

async function expectedPaths(): Promise<readonly string[]> {
  const { nodes } = valueOf(await ann.api.listTree({ query: { namespaceId: homeOf() } }));
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const pathOf = (nodeId: NodeId): string => {
    const node = byId.get(nodeId);
    return node === undefined ? '' : `${pathOf(node.parentId)}/${node.name}`;
  };
  return nodes.map(({ nodeId }) => pathOf(nodeId)).toSorted();
}

test('the index is made anew while folders are made, renamed and deleted, and is equal to the tables in the end', async () => {
  const made = [];
  for (let index = 0; index < BEFORE; index++) {
    const outer = await makeFolder(`outer ${index}`);
    made.push(outer);
    await makeFolder(`inner ${index}`, outer.nodeId);
  }
  await eventually(async () => expect(await foundPaths()).toEqual(await expectedPaths()));

  const over = new AbortController();
  const writes = (async () => {
    for (const [index, outer] of made.entries()) {
      if (over.signal.aborted && index > BEFORE / 2) break;
      await rename(outer, `renamed ${index}`);
      await makeFolder(`meanwhile ${index}`, outer.nodeId);
      // Searched all the time: whichever index serves.
      expect((await foundPaths()).length).toBeGreaterThan(0);
    }
  })();
  const text = await reindex('--force');
  over.abort();
  await writes;
  expect(text).toMatch(/Making (syncline-nodes-v\d+-\d+)\.[^]*\1 serves, and has all that the tables have/);
  await eventually(async () => expect(await foundPaths()).toEqual(await expectedPaths()));

  // Only the new one is left, and there is nothing to do again.
  const indices = await fetch(`${sharedStack().searchEndpoint}/_cat/indices/syncline-nodes-*?format=json`);
  expect(await indices.json()).toHaveLength(1);
  expect(await reindex()).toContain('Nothing was done');
});

async function putText(name: string, text: string): Promise<void> {
  const uploadId = await uploadBytes(ann, Buffer.from(text));
  const [result] = valueOf(
    await ann.api.commit({ body: { operations: [putOperation(ann, { name, uploadId })] } }),
  ).results;
  expect(result).toMatchObject({ status: 'committed' });
}

async function namesBy(q: string): Promise<readonly string[]> {
  const { hits } = valueOf(await ann.api.search({ query: { namespaceId: homeOf(), q, sort: 'name' } }));
  return hits.map(({ node }) => node.name);
}

/** Files of everybody whose contents are still to be read: whatever other stories stored, if the index was lost. */
async function countUnread(): Promise<number> {
  const filter = [{ range: { size: { gt: 0 } } }];
  const query = { bool: { filter, must_not: [{ term: { type: 'folder' } }, { exists: { field: 'textHash' } }] } };
  const answer = await fetch(`${sharedStack().searchEndpoint}/syncline-nodes/_count`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return ((await answer.json()) as { readonly count: number }).count;
}

/** Repeats a check as long as contents are read one by one, however many they are. */
async function whileContentsAreRead(check: () => Promise<void>): Promise<void> {
  for (;;) {
    const unread = await countUnread();
    try {
      return await eventually(check);
    } catch (failure) {
      if ((await countUnread()) >= unread) throw failure;
    }
  }
}

test('an index that is lost while files are written is made anew with the texts of all of them', async () => {
  await putText('kept.txt', 'quixotic words of before');
  await eventually(async () => expect(await namesBy('quixotic ')).toEqual(['kept.txt']));
  const engine = String(sharedStack().searchEndpoint);
  const indices = await fetch(`${engine}/_cat/indices/syncline-nodes-*?format=json`);
  for (const { index } of (await indices.json()) as readonly { readonly index: string }[]) {
    expect((await fetch(`${engine}/${index}`, { method: 'DELETE' })).status).toBe(200);
  }
  const names = Array.from({ length: WRITTEN_MEANWHILE }, (_, index) => `meanwhile ${index}.txt`);
  const writes = (async () => {
    for (const name of names) await putText(name, `quixotic words of ${name}`);
  })();
  await reindex('--force');
  await writes;
  await whileContentsAreRead(async () => expect(await namesBy('quixotic ')).toEqual(['kept.txt', ...names]));
  await eventually(async () => expect(await foundPaths()).toEqual(await expectedPaths()));
  // Nothing but the definition made an index.
  const mapping = await fetch(`${engine}/syncline-nodes-write/_mapping`);
  const [made] = Object.values((await mapping.json()) as Readonly<Record<string, { readonly mappings: object }>>);
  expect(made?.mappings).toMatchObject({ dynamic: 'strict', _routing: { required: true } });
});

test('the documents of one namespace are made right where they serve', async () => {
  const { nodeId } = await makeFolder('astray');
  await eventually(async () => expect(await foundPaths()).toContain('/astray'));
  const engine = `${sharedStack().searchEndpoint}/syncline-nodes-write`;
  const id = `${homeOf()}.${nodeId}`;
  const stored = await fetch(`${engine}/_doc/${id}?routing=${homeOf()}`);
  const { _version: version } = (await stored.json()) as { readonly _version: number };
  const choice = `routing=${homeOf()}&refresh=true&version=${version}&version_type=external_gte`;
  const removed = await fetch(`${engine}/_doc/${id}?${choice}`, { method: 'DELETE' });
  expect(removed.status).toBe(200);
  expect(await foundPaths()).not.toContain('/astray');
  expect(await reindex('--namespace', homeOf())).toContain('All of the namespace was looked at');
  await eventually(async () => expect(await foundPaths()).toEqual(await expectedPaths()));
});

test('who looks after the index is told how it is', async () => {
  const { exitCode, text } = await runAdmin(folder, ['search', '--json']);
  const state = JSON.parse(text.trim().split('\n').at(-1) ?? '') as {
    readonly wrong: readonly string[];
    readonly documents: number;
  };
  expect(state).toMatchObject({
    engine: { version: expect.stringMatching(/^\d+\.\d+/) as unknown, nodes: 1 },
    indices: [{ isServing: true }],
    queues: [{ name: 'tasks of the index' }, { name: 'contents to be read' }],
  });
  expect(state.documents).toBeGreaterThan(0);
  expect(exitCode).toBe(state.wrong.length === 0 ? 0 : 1);
});
