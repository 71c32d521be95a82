import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { HttpService } from '../support/http-service.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const MODULES = join(ROOT, 'node_modules');
const NAMES = ['protocol', 'client'] as const;

/** A folder of somebody else's, with the packages as `npm install` unpacks them, and what they depend on. */
const folder = mkdtempSync(join(tmpdir(), 'syncline-packages-'));
const service = new HttpService();

beforeAll(async () => {
  await service.start();
  const written = join(folder, 'written');
  await run(process.execPath, [join(ROOT, 'client', 'generate', 'write-packages.ts'), written]);
  const dependencies = new Set<string>();
  for (const name of NAMES) {
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: join(written, name),
      env: { ...process.env, npm_config_offline: 'true' },
    });
    const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
    const place = join(folder, 'node_modules', '@syncline', name);
    mkdirSync(place, { recursive: true });
    await run('tar', ['-xzf', join(folder, packed?.filename ?? ''), '-C', place, '--strip-components=1']);
    for (const dependency of Object.keys(manifestOf(name).dependencies)) dependencies.add(dependency);
  }
  for (const dependency of dependencies) {
    if (dependency.startsWith('@syncline/')) continue;
    mkdirSync(join(folder, 'node_modules', dependency, '..'), { recursive: true });
    symlinkSync(join(MODULES, dependency), join(folder, 'node_modules', dependency));
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  cpSync(join(ROOT, 'test', 'support', 'sdk-examples.ts'), join(folder, 'sdk-examples.ts'));
}, 300_000);

afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'node_modules', '@syncline', name, 'package.json'), 'utf8')) as Manifest;
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const STORE = `
import { connect, readFile, storeFile, valueOf } from './sdk-examples.ts';
import { createNodeTransport, CuttingThreads } from '@syncline/client/node';
import { rootNodeId } from '@syncline/protocol';

const client = await connect(process.argv[2] ?? '', { email: 'ada@example.com', password: 'any password' });
const { homeNamespaceId } = valueOf(await client.api.getAccount());
const place = { namespaceId: homeNamespaceId, parentId: rootNodeId(homeNamespaceId), name: 'hello.txt' };
const node = await storeFile(client, place, new TextEncoder().encode('hello'));
console.log(new TextDecoder().decode(await readFile(client, node)), typeof createNodeTransport, typeof CuttingThreads);
`;

test('what is packed is code that runs, its types, and nothing of the sources', () => {
  for (const name of NAMES) {
    const place = join(folder, 'node_modules', '@syncline', name);
    const files = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((file) => /\.\w+$/.test(file));
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
    expect(files.filter((file) => file.includes('.test.'))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['README.md']));
    for (const entry of Object.values(manifestOf(name).exports)) {
      for (const file of Object.values(entry)) expect(files).toContain(file.slice('./'.length));
    }
  }
});

test('an example runs under Node with what was installed', async () => {
  const { stdout } = await run(process.execPath, [write('store.ts', STORE), service.url]);
  expect(stdout).toBe('hello function function\n');
});

test('the types of what was installed are those that the examples need', async () => {
  const options = {
    target: 'ES2024',
    module: 'NodeNext',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ['node'],
    typeRoots: [join(MODULES, '@types')],
  };
  write('store.ts', STORE);
  write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['store.ts'] }));
  const compiled = await run(process.execPath, [join(MODULES, 'typescript', 'bin', 'tsc'), '-p', folder]).catch(
    (error: unknown) => error as { readonly stdout: string },
  );
  expect(compiled.stdout).toBe('');
});

test('bundled for a browser, it has nothing of Node, and asks the service', async () => {
  const entry = write(
    'page.js',
    `import { createApiClient, createFetchTransport, systemClock } from '@syncline/client';
     const tokens = { current: async () => undefined, renew: async () => undefined };
     const transport = createFetchTransport();
     const clock = systemClock;
     export async function ask(baseUrl) {
       const api = createApiClient({ baseUrl, transport, tokens, clock, random: Math.random, deviceId: '0'.repeat(26) });
       const answer = await api.getConfiguration();
       return answer.ok ? answer.value.userPool.clientId : answer.problem.code;
     }`,
  );
  const outfile = join(folder, 'page.bundle.mjs');
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'browser', logLevel: 'silent' });
  expect(readFileSync(outfile, 'utf8')).not.toMatch(/["']node:/);
  const program = `import { ask } from ${JSON.stringify(outfile)}; console.log(await ask(process.argv[1]));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program, service.url]);
  expect(stdout).toBe('client\n');
});

test('the command line that is packed starts', async () => {
  const bin = join(folder, 'node_modules', '@syncline', 'client', 'bin', 'syncline.mjs');
  const { stdout } = await run(process.execPath, [bin, '--help']);
  expect(stdout).toContain('Usage: syncline');
});
