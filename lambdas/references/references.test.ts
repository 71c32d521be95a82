import { expect, test } from '@jest/globals';
import { ContentHash, epochMs, NodeId, packManifest } from '@syncline/protocol';
import fc from 'fast-check';
import { fileNode, type Home, openHome, putFiles } from '../../test/conformance/namespace-fixture.ts';
import { chunkOf, deviceIdOf, sha256Hex, textBytes } from '../../test/support/in-memory-member.ts';
import { createInMemoryStores, type InMemoryStores } from '../../test/support/in-memory-stores.ts';
import { Interleaver } from '../../test/support/interleaver.ts';
import { propertyCases } from '../../test/support/property-runs.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import type { StoredRevision } from '../namespaces/namespace-store.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { type ProjectNodeDependencies, projectNode } from './project-node.ts';

const DOMAIN = 'shared';
/** Contents of one file: neighbours share a chunk. */
const CONTENTS = [['a', 'b'], ['b', 'c'], ['c', 'd'], ['a'], []].map((texts) =>
  texts.map((text) => chunkOf(textBytes(text))),
);
const HASHES = ['a', 'b', 'c', 'd'].map((text) => chunkOf(textBytes(text)).hash);

/** A file whose revisions come and go, as commits and the expiry make them. */
class FileOfRevisions {
  readonly #template: StoredRevision;
  readonly #home: Home;
  readonly nodeId = NodeId.parse(deviceIdOf('a file'));
  #revisions: StoredRevision[] = [];
  #made = 0;

  constructor(home: Home, template: StoredRevision) {
    this.#home = home;
    this.#template = template;
  }

  get name() {
    return { namespaceId: this.#home.namespaceId, nodeId: this.nodeId };
  }

  add(content: number): void {
    const manifest = packManifest(CONTENTS[content] ?? []);
    const contentHash = ContentHash.parse(sha256Hex(manifest));
    this.#made += 1;
    this.#revisions.push({ ...this.#template, nodeId: this.nodeId, rev: this.#made, manifest, contentHash });
  }

  purge(content: number): void {
    const contentHash = sha256Hex(packManifest(CONTENTS[content] ?? []));
    this.#revisions = this.#revisions.filter((revision) => revision.contentHash !== contentHash);
  }

  /** Two to a page, so that a pass sees different times. */
  async listRevisions(page: { readonly before?: number }) {
    const before = page.before ?? Number.POSITIVE_INFINITY;
    const rows = this.#revisions.filter(({ rev }) => rev < before).toSorted((a, b) => b.rev - a.rev);
    const [last] = rows.slice(1, 2);
    return { revisions: rows.slice(0, 2), ...(rows.length > 2 && last !== undefined ? { next: last.rev } : {}) };
  }

  /** Chunks of the contents that it has. */
  needed(): ReadonlySet<string> {
    const hashes = new Set(this.#revisions.map(({ contentHash }) => contentHash as string));
    const retained = CONTENTS.filter((chunks) => hashes.has(sha256Hex(packManifest(chunks))));
    return new Set(retained.flat().map(({ hash }) => hash));
  }
}

interface World {
  readonly stores: InMemoryStores;
  readonly file: FileOfRevisions;
  readonly ports: ProjectNodeDependencies;
}

async function openWorld(interleaver: Interleaver): Promise<World> {
  const stores = createInMemoryStores();
  const home = await openHome(stores);
  const { revisions } = putFiles(home, 0, [fileNode(home, { name: 'template' })]);
  const file = new FileOfRevisions(home, revisions[0] as StoredRevision);
  const ports = {
    namespaces: interleaver.wrap({
      listRevisions: file.listRevisions.bind(file),
      getGround: stores.namespaces.getGround.bind(stores.namespaces),
    }),
    references: interleaver.wrap(stores.references, [
      'beginPass',
      'beginAdding',
      'endAdding',
      'beginDropping',
      'endDropping',
      'add',
      'drop',
    ]),
    chunks: interleaver.wrap(stores.chunks, ['pin']),
    objects: stores.objects,
    meter: stores.telemetry,
    clock: stores.clock,
    random: stores.random,
  };
  return { stores, file, ports };
}

async function referencedHashes({ references }: InMemoryStores): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const hash of HASHES) if (await references.isReferenced(DOMAIN, hash)) found.add(hash);
  return found;
}

function without(hashes: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...hashes].filter((hash) => !others.has(hash));
}

/** Calls until it is answered, as the stream does. */
async function persist(call: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await call();
      return;
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
  }
}

/** Mostly of one content, so that it comes and goes while passes are at it. */
const step = fc.record({ content: fc.constantFrom(0, 0, 0, 1, 2, 3, 4), isPurge: fc.boolean() });

test('commits, purges and passes at the same time, some of them failing: in the end exactly what is retained is referenced, and before that nothing less', async () => {
  const cases = fc.record({
    seed: fc.integer(),
    faults: fc.constantFrom(0, 0, 0.05, 0.2),
    actors: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, faults, actors }) => {
      const interleaver = new Interleaver({ random: new SeededRandom(`passes ${seed}`), faults });
      const { stores, file, ports } = await openWorld(interleaver);
      file.add(0);
      await projectNode(ports, file.name);
      const projected = new Set(file.needed());
      /** How often a chunk ceased to be needed: only what was needed without a gap must have kept its reference. */
      const gaps = new Map(HASHES.map((hash) => [hash as string, 0]));
      const purge = (content: number) => {
        const before = file.needed();
        file.purge(content);
        for (const hash of without(before, file.needed())) {
          gaps.set(hash, (gaps.get(hash) ?? 0) + 1);
          projected.delete(hash);
        }
      };
      await interleaver.run(
        actors.map((steps) => async () => {
          for (const { content, isPurge } of steps) {
            if (isPurge) purge(content);
            else file.add(content);
            const begun = new Map([...file.needed()].map((hash) => [hash, gaps.get(hash)]));
            await persist(() => projectNode(ports, file.name));
            for (const hash of file.needed())
              if (begun.has(hash) && begun.get(hash) === gaps.get(hash)) projected.add(hash);
            expect(without(projected, await referencedHashes(stores))).toEqual([]);
          }
        }),
      );
      expect(await referencedHashes(stores)).toEqual(file.needed());
    }),
    { numRuns: propertyCases(200) },
  );
});

/** The ports of a pass of which call number `call` waits until `meanwhile` has happened; `after` looks at what stands before each later one. */
function interposed(
  ports: ProjectNodeDependencies,
  call: number,
  { meanwhile, after }: { readonly meanwhile: () => Promise<void>; readonly after: () => Promise<void> },
) {
  const progress = { calls: 0 };
  const watch = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return async (...parameters: readonly unknown[]): Promise<unknown> => {
          progress.calls += 1;
          if (progress.calls === call) await meanwhile();
          if (progress.calls > call) await after();
          return Reflect.apply(member, target, parameters);
        };
      },
    });
  const { namespaces, references, chunks } = ports;
  return {
    progress,
    ports: { ...ports, namespaces: watch(namespaces), references: watch(references), chunks: watch(chunks) },
  };
}

/** What a pass begins with (0: the content is new, 1: it is known and retained, 2: known and purged), and what happens meanwhile. */
const MEANWHILE = [
  ['an expiry, while its content is added', 0, 'purge'],
  ['an expiry, while there is nothing to do', 1, 'purge'],
  ['a restore, while its content is dropped', 2, 'add'],
] as const;

test.each(MEANWHILE)(
  'a pass that stands still at any call beside %s leaves what is retained',
  async (_what, known, change) => {
    let call = 0;
    for (let ended = false; !ended; ) {
      call += 1;
      const { stores, file, ports } = await openWorld(
        new Interleaver({ random: new SeededRandom('alone'), faults: 0 }),
      );
      file.add(0);
      if (known > 0) await projectNode(ports, file.name);
      if (known > 1) file.purge(0);
      // What the other pass has seen to stays, also if this one ends anywhere.
      const after = async () => expect(without(file.needed(), await referencedHashes(stores))).toEqual([]);
      const meanwhile = async () => {
        if (change === 'purge') file.purge(0);
        else file.add(0);
        await projectNode(ports, file.name);
        await after();
      };
      const slow = interposed(ports, call, { meanwhile, after });
      await projectNode(slow.ports, file.name);
      ended = slow.progress.calls < call;
      if (!ended) expect([call, await referencedHashes(stores)]).toEqual([call, file.needed()]);
    }
    expect(call).toBeGreaterThan(4);
  },
);

test.each([0, 1])(
  'a pass that dies while it drops has marked all that goes: content %i gets its references again when it comes back',
  async (comesBack) => {
    const { stores, file, ports } = await openWorld(new Interleaver({ random: new SeededRandom('alone'), faults: 0 }));
    for (const content of [0, 1]) file.add(content);
    await projectNode(ports, file.name);
    for (const content of [0, 1]) file.purge(content);
    const dying = hooked(ports.references, 'drop', async (call) => {
      await call();
      throw new UnavailableError('the process has died');
    });
    await expect(projectNode({ ...ports, references: dying }, file.name)).rejects.toThrow('the process has died');
    file.add(comesBack);
    await projectNode(ports, file.name);
    expect(await referencedHashes(stores)).toEqual(file.needed());
  },
);

test('a pass that was overtaken makes nothing referenced while the later one drops a chunk of it', async () => {
  const { stores, file, ports } = await openWorld(new Interleaver({ random: new SeededRandom('alone'), faults: 0 }));
  file.add(0);
  await projectNode(ports, file.name);
  file.purge(0);
  const [begun, mayRead, added, mayEnd] = [gate(), gate(), gate(), gate()];
  const { namespaces, references } = ports;
  const earlier = {
    ...ports,
    namespaces: hooked(namespaces, 'listRevisions', async (call) => {
      begun.open();
      await mayRead.opened;
      return call();
    }),
    references: hooked(references, 'endAdding', async (call) => {
      const answer = await call();
      added.open();
      await mayEnd.opened;
      return answer;
    }),
  };
  const later = {
    ...ports,
    references: hooked(references, 'beginDropping', async (call) => {
      // It has read that nothing is retained, and that content 0 is referenced.
      file.add(1);
      mayRead.open();
      await added.opened;
      return call();
    }),
  };
  const ends = projectNode(earlier, file.name);
  await begun.opened;
  await projectNode(later, file.name);
  mayEnd.open();
  await ends;
  expect(await referencedHashes(stores)).toEqual(file.needed());
});

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/** The port with `around` around each call of one of its functions. */
function hooked<Port extends object>(
  port: Port,
  hookedName: keyof Port,
  around: (call: () => Promise<unknown>) => Promise<unknown>,
): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (name !== hookedName || typeof member !== 'function') return member;
      return (...parameters: readonly unknown[]) =>
        around(async (): Promise<unknown> => Reflect.apply(member, target, parameters));
    },
  });
}

test('of a file that nobody has looked at before nothing is read that could be known of it, and what was just added is not looked after', async () => {
  const { file, ports } = await openWorld(new Interleaver({ random: new SeededRandom('alone'), faults: 0 }));
  const calls: PropertyKey[] = [];
  const references = new Proxy(ports.references, {
    get: (target, name): unknown => {
      calls.push(name);
      return Reflect.get(target, name, target);
    },
  });
  file.add(0);
  await projectNode({ ...ports, references }, file.name);
  expect(calls.splice(0)).toEqual(['beginPass', 'beginAdding', 'add', 'endAdding']);
  file.add(1);
  await projectNode({ ...ports, references }, file.name);
  expect(calls.splice(0)).toEqual(['beginPass', 'listContents', 'beginAdding', 'add', 'endAdding']);
  await projectNode({ ...ports, references }, file.name);
  expect(calls).toEqual(['beginPass', 'listContents', 'isLastPass']);
});

test('a condemned chunk that a content needs lives again, and one that is not stored is counted', async () => {
  const interleaver = new Interleaver({ random: new SeededRandom('alone'), faults: 0 });
  const { stores, file, ports } = await openWorld(interleaver);
  const [chunk] = CONTENTS[0] ?? [];
  if (chunk === undefined) throw new Error('a content has chunks');
  const stored = { ...chunk, objectKey: `chunks/shared/${chunk.hash}`, offset: 0, versionId: 'v1' };
  await stores.objects.write({ key: stored.objectKey, sha256: chunk.hash, bytes: textBytes('a') });
  const accountId = 'a' as never;
  await stores.chunks.recordStored({
    domain: DOMAIN,
    accountId,
    chunks: [stored],
    pinnedUntil: epochMs(1),
    now: epochMs(0),
  });
  stores.chunks.sweep(DOMAIN, chunk.hash, 'condemned');
  file.add(0);
  await projectNode(ports, file.name);
  expect((await stores.chunks.locate(DOMAIN, [chunk.hash])).get(chunk.hash)).toMatchObject({
    state: 'live',
    pinnedUntil: 1,
  });
  expect(stores.telemetry.counts.get('chunksUnstored')).toBe(1);
});
