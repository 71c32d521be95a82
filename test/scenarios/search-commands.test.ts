import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { rootNodeId } from '@syncline/protocol';
import { searchNodes } from '../../lambdas/search/search-nodes.ts';
import { CliDevice } from '../support/cli-process.ts';
import { HttpService } from '../support/http-service.ts';
import { connect, findAll, valueOf } from '../support/sdk-examples.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(300_000);

/** A deployment that has no search index. */
const service: HttpService = new HttpService({
  watched: (operations) => ({
    ...operations,
    search: ({ query }, caller) => searchNodes({ ...service.service.stores, index: undefined }, query, caller),
  }),
});
let directory: string;
let ann: CliDevice;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-search-off-'));
  await service.start();
  ann = new CliDevice({ home: await mkdtemp(join(directory, 'home-')), apiUrl: service.url });
  await ann.expect(['login', '--email', 'ann@example.com', '--password-stdin', '--device-name', 'ann'], 'any\n');
  await writeFile(join(directory, 'file'), 'words');
  await ann.expect(['mkdir', '/team']);
  await ann.expect(['put', join(directory, 'file'), '/team/Émile plan.txt']);
  await ann.expect(['share', '/team', '--link']);
  await ann.expect(['mkdir', '/emil']);
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

test('without an index the command says why, and finds names that begin so in a folder, shared ones and the top too', async () => {
  const everywhere = await ann.run(['search', 'emil']);
  expect(everywhere.exitCode).not.toBe(0);
  expect(everywhere.stderr).toContain('this deployment has no search index');
  const inTop = await ann.run(['search', '--in', '/', 'emil']);
  expect(inTop.stdout).toContain('/emil/');
  expect(inTop.stdout).not.toContain('plan.txt');
  expect(inTop.stderr).toContain('only names in this folder that begin so were looked for');
  expect(await ann.json(['search', '--in', '/team', 'emile plan'])).toMatchObject({
    covers: 'names',
    total: 1,
    hits: [{ path: '/team/Émile plan.txt' }],
  });
});

test('without an index a program is told why, and finds names in a folder', async () => {
  const { api } = await connect(service.url, { email: 'ann@example.com', password: 'any password' });
  await expect(findAll(api, 'emil')).rejects.toThrow('this deployment has no search index');
  const refused = await api.search({ query: { q: 'emil' } });
  expect(refused).toMatchObject({ ok: false, problem: { code: 'unavailable' } });
  const { homeNamespaceId } = valueOf(await api.getAccount());
  const query = { q: 'em', folderId: rootNodeId(homeNamespaceId) };
  expect(valueOf(await api.search({ query }))).toMatchObject({ covers: 'names', hits: [{ path: '/emil' }] });
});
