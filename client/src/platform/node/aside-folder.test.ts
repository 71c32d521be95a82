import { constants } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DeviceId, encodeUlid, NamespaceId } from '@syncline/protocol';
import { DiskUser } from '../../../../test/support/disk-user.ts';
import { SimulatedDisk } from '../../../../test/support/simulated-disk.ts';
import { type FaultPlan, KilledError, SimulatedProcess } from '../../../../test/support/simulated-process.ts';
import type { LocalIdentity } from '../../engine/trees.ts';
import { NodeFileSystem } from './node-file-system.ts';

const id = encodeUlid(new Uint8Array(16));
const marker = { folderId: 'folder', deviceId: DeviceId.parse(id), namespaceId: NamespaceId.parse(id) };
const ROOT = '/synced';

interface World {
  readonly disk: SimulatedDisk;
  readonly user: DiskUser;
  readonly process: SimulatedProcess;
  readonly files: NodeFileSystem;
}

function world(options: { readonly hasLinks?: boolean; readonly order?: 'ordered' | 'per-directory' } = {}): World {
  const disk = new SimulatedDisk({ order: 'ordered', ...options });
  disk.mkdir(ROOT);
  const user = new DiskUser(disk, { root: ROOT, careful: true });
  user.mkdir('.syncline');
  return { disk, user, ...started(disk) };
}

/** A process of the client. */
function started(disk: SimulatedDisk): Pick<World, 'process' | 'files'> {
  const process = new SimulatedProcess(disk);
  const files = new NodeFileSystem({ root: ROOT, marker, today: () => '2026-01-31', calls: process.calls });
  return { process, files };
}

async function identityAt({ files }: Pick<World, 'files'>, path: string): Promise<LocalIdentity> {
  const entry = await files.look(path);
  if (entry === undefined) throw new Error(`${path} is there`);
  return entry.identity;
}

/** What the engine does to the file or folder at `path`. */
const DOINGS = {
  replace: async ({ files }: World, identity: LocalIdentity) => {
    const staged = await files.stage({ key: 'key', size: 7 });
    await staged.write(0, Buffer.from('fetched'));
    return files.publish({ staged, path: 'd/f', replaces: identity, executable: false, modifiedAtMs: undefined });
  },
  move: ({ files }: World, identity: LocalIdentity) => files.move({ from: 'd/f', to: 'moved', identity }),
  'move aside': ({ files }: World, identity: LocalIdentity) =>
    files.move({ from: 'd/f', to: `d/syncline-moving-${id}`, identity }),
  trash: ({ files }: World, identity: LocalIdentity) =>
    files.trash({ path: 'd/f', expected: new Map([['d/f', { kind: 'file', identity, contentHash: undefined }]]) }),
} as const;
type Doing = keyof typeof DOINGS;

/** Does it, with somebody who acts, or a death, at each call in turn; answers how it was after each. */
async function atEachCall<T>(
  doing: Doing,
  options: Parameters<typeof world>[0],
  { faults, after }: { faults: (made: World, turn: number) => FaultPlan; after: (made: World) => Promise<T> | T },
): Promise<readonly T[]> {
  const results: T[] = [];
  for (let turn = 1; ; turn++) {
    const made = world(options);
    made.user.mkdir('d');
    made.user.write('d/f', 'agreed');
    made.disk.volume.advance(1000);
    const identity = await identityAt(made, 'd/f');
    const before = made.process.log.length;
    made.process.faults = faults(made, before + turn);
    try {
      await DOINGS[doing](made, identity);
      await made.files.flush();
    } catch (error) {
      if (!(error instanceof KilledError)) throw error;
    }
    if (made.process.log.length < before + turn) return results;
    results.push(await after(made));
  }
}

const textsOf = ({ user }: World) => [...user.tree().values()].filter((text) => text !== undefined);

const ALL = Object.keys(DOINGS) as Doing[];

/** What a person does at the given calls, in turn; answers what must be there then. */
function saver(made: World, alive: Set<string>, save: 'write' | 'replace') {
  return (text: string): undefined => {
    alive.delete(made.user.tree().get('d/f') ?? '');
    alive.add(text);
    made.user[save]('d/f', text);
  };
}

test.each(ALL)('%s: what a program saves at any call stays on the disk', async (doing) => {
  for (const save of ['write', 'replace'] as const) {
    const kept = await atEachCall(doing, undefined, {
      faults: (made, turn) => {
        const saves = saver(made, new Set(), save);
        return ({ number }) => (number === turn ? saves('saved') : undefined);
      },
      after: (made) => textsOf(made).includes('saved'),
    });
    expect(kept.length).toBeGreaterThan(5);
    expect(new Set(kept)).toEqual(new Set([true]));
  }
});

test.each(ALL)(
  '%s: of two files that are saved one after the other nothing is lost but what the second replaces itself',
  async (doing) => {
    for (const distance of [1, 2, 3]) {
      const alive = new Set<string>();
      const lost = await atEachCall(doing, undefined, {
        faults: (made, turn) => {
          alive.clear();
          const saves = saver(made, alive, 'replace');
          return ({ number }) => {
            if (number === turn) return saves('first');
            return number === turn + distance ? saves('second') : undefined;
          };
        },
        after: (made) => [...alive].filter((text) => !textsOf(made).includes(text)),
      });
      expect(lost.flat()).toEqual([]);
    }
  },
);

test.each(ALL)('%s: killed at any call, the next process puts back what lies aside', async (doing) => {
  for (const hasLinks of [true, false]) {
    const after = await atEachCall(
      doing,
      { hasLinks },
      {
        faults:
          (_, turn) =>
          ({ number }) =>
            number === turn ? 'killed-before' : undefined,
        after: async (made) => {
          const { files } = started(made.disk);
          expect(await files.bringBack(() => true)).toEqual([]);
          return [...textsOf(made), ...made.user.trashed()];
        },
      },
    );
    for (const here of after) expect(here.includes('agreed') || here.includes('fetched')).toBe(true);
    for (const here of after) expect(here.length).toBeLessThanOrEqual(2);
  }
});

test.each(ALL)(
  '%s: after a power failure at any call the bytes are there, in whatever order names reach the disk',
  async (doing) => {
    for (let seed = 0; seed < 8; seed++) {
      const after = await atEachCall(
        doing,
        { order: 'per-directory' },
        {
          faults:
            (_, turn) =>
            ({ number }) =>
              number === turn ? 'killed-before' : undefined,
          after: async (made) => {
            made.disk.crash(`${seed}`);
            const { files } = started(made.disk);
            expect(await files.bringBack(() => true)).toEqual([]);
            return [...textsOf(made), ...made.user.trashed()];
          },
        },
      );
      for (const here of after) expect(here.includes('agreed') || here.includes('fetched')).toBe(true);
    }
  },
);

test.each([
  ['moves', undefined],
  ['keeps in its folder', 'EACCES'],
] as const)(
  'move: a file that the disk %s never stands under two names afterwards, whatever a program saves',
  async (_, refusal) => {
    for (const save of ['write', 'replace'] as const) {
      for (const at of ['d/f', 'moved']) {
        const found = await atEachCall('move', undefined, {
          faults:
            (made, turn) =>
            ({ number, name, path }) => {
              if (number === turn) made.user[save](at, 'saved');
              return name === 'rename' && path.startsWith(`${ROOT}/d/f -> `) ? refusal : undefined;
            },
          after: async (made) => {
            const names = [...made.user.tree()].flatMap(([path, text]) => (text === undefined ? [] : [path]));
            const identities = await Promise.all(names.map((name) => identityAt(made, name)));
            return {
              texts: textsOf(made),
              names: names.length,
              files: new Set(identities.map(({ inode }) => inode)).size,
            };
          },
        });
        expect(found.length).toBeGreaterThan(5);
        for (const { texts, names, files } of found) {
          expect(texts).toContain('saved');
          expect(names).toBe(files);
        }
      }
    }
  },
);

/** Lets a process die in the moment in which `d/f` lies aside. */
async function diedWithout(path: string, made: World): Promise<void> {
  const identity = await identityAt(made, path);
  made.process.faults = ({ name, path: names }) =>
    name === 'link' && names.endsWith(` -> ${ROOT}/${path}`) ? 'killed-before' : undefined;
  const staged = await made.files.stage({ key: 'key', size: 7 });
  await expect(
    made.files.publish({ staged, path, replaces: identity, executable: false, modifiedAtMs: undefined }),
  ).rejects.toThrow(KilledError);
}

test('what a process that died has left aside comes back under its name, however long the way to it', async () => {
  for (const path of ['f', 'a%2Fb/100%/f', `${'long '.repeat(40)}/${'ä'.repeat(120)}/${'x'.repeat(240)}/f.txt`]) {
    const made = world();
    const folders = path.split('/').slice(0, -1);
    for (const [index] of folders.entries()) made.user.mkdir(folders.slice(0, index + 1).join('/'));
    made.user.write(path, 'agreed');
    await diedWithout(path, made);
    expect(textsOf(made)).toEqual([]);
    expect(await started(made.disk).files.bringBack(() => true)).toEqual([]);
    expect(made.user.tree().get(path)).toBe('agreed');
  }
});

test('where something else has come meanwhile, what nobody else has goes beside it, and what the service has goes', async () => {
  for (const isAgreed of [true, false]) {
    const made = world();
    made.user.mkdir('d');
    made.user.write('d/f.txt', 'aside');
    await diedWithout('d/f.txt', made);
    made.user.write('d/f.txt', 'saved since');
    expect(await started(made.disk).files.bringBack(() => isAgreed)).toEqual([]);
    const beside = isAgreed ? [] : [['d/f (2).txt', 'aside']];
    expect([...made.user.tree()]).toEqual([['d', undefined], ...beside, ['d/f.txt', 'saved since']]);
  }
});

test('what belongs into a folder that is gone comes back into the next one above', async () => {
  const made = world();
  made.user.mkdir('a');
  made.user.mkdir('a/b');
  made.user.write('a/b/f', 'aside');
  await diedWithout('a/b/f', made);
  made.user.remove('a/b');
  await started(made.disk).files.bringBack(() => true);
  expect(made.user.tree().get('a/f')).toBe('aside');
});

test('what a disk refuses to put back is told, and tried again', async () => {
  const made = world();
  made.user.write('f', 'aside');
  await diedWithout('f', made);
  const { files, process } = started(made.disk);
  process.faults = ({ name }) => (name === 'link' ? 'EIO' : undefined);
  expect(await files.bringBack(() => true)).toEqual(['f']);
  process.faults = () => undefined;
  expect(await files.bringBack(() => true)).toEqual([]);
  expect(made.user.tree().get('f')).toBe('aside');
});

test('a file that was replaced and is written to by a program that has it open still comes back beside the new one', async () => {
  const made = world();
  made.user.write('f', 'agreed');
  made.disk.volume.advance(1000);
  const open = made.disk.open(`${ROOT}/f`, constants.O_WRONLY);
  const staged = await made.files.stage({ key: 'key', size: 7 });
  await staged.write(0, Buffer.from('fetched'));
  const replaces = await identityAt(made, 'f');
  await made.files.publish({ staged, path: 'f', replaces, executable: false, modifiedAtMs: undefined });
  made.disk.write(open, Buffer.from('written late'), 0);
  await made.files.flush();
  expect([...made.user.tree()]).toEqual([
    ['f', 'fetched'],
    ['f (2)', 'written late'],
  ]);
});
