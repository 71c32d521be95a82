import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ModelService } from '../support/model-service.ts';
import { RealDevice } from '../support/real-device.ts';
import { serviceTree } from '../support/sync-world.ts';

let directory: string;
let service: ModelService;
let a: RealDevice;
let b: RealDevice;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-disks-'));
  service = new ModelService();
  a = await RealDevice.link(service, { directory, number: 1 });
  b = await RealDevice.link(service, { directory, number: 2 });
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function read(device: RealDevice): ReadonlyMap<string, string | undefined> {
  const tree = new Map<string, string | undefined>();
  const names = readdirSync(device.root, { recursive: true, encoding: 'utf8' });
  for (const name of names.toSorted()) {
    if (name === '.syncline' || name.startsWith('.syncline/')) continue;
    const stat = lstatSync(join(device.root, name));
    if (stat.isFile()) tree.set(name, readFileSync(join(device.root, name), 'utf8'));
    else if (stat.isDirectory()) tree.set(name, undefined);
  }
  return tree;
}

const write = (device: RealDevice, path: string, text: string) => writeFileSync(join(device.root, path), text);

const byText = (left = '', right = '') => left.localeCompare(right);

/** Syncs in turn until both have seen each other's last change. */
async function exchange(): Promise<void> {
  for (const device of [a, b, a, b]) expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(read(b)).toEqual(read(a));
}

describe('real disks', () => {
  test('awkward names, empty files and folders, times and the permission to run arrive as they were', async () => {
    const names = [
      'caf\u00e9.txt',
      'cafe\u0301 2.txt',
      '\u{1F600}.md',
      'n'.repeat(255),
      ' leading',
      'trailing ',
      'a:b?*',
    ];
    for (const name of names) write(a, name, name);
    write(a, 'empty', '');
    mkdirSync(join(a.root, 'empty folder'));
    write(a, 'run.sh', 'true');
    chmodSync(join(a.root, 'run.sh'), 0o755);
    utimesSync(join(a.root, 'empty'), 1_600_000_000.123, 1_600_000_000.123);

    await exchange();

    expect(readdirSync(b.root).toSorted()).toEqual(readdirSync(a.root).toSorted());
    expect(statSync(join(b.root, 'run.sh')).mode & 0o100).toBe(0o100);
    expect(statSync(join(b.root, 'empty')).mtimeMs).toBeCloseTo(1_600_000_000_123, 0);
  });

  test('edits, renames, moved folders and deletes travel, and files keep their identity', async () => {
    mkdirSync(join(a.root, 'docs'));
    for (const name of ['one', 'two', 'three']) write(a, `docs/${name}`, name);
    await exchange();
    const journal = service.journal.length;

    renameSync(join(a.root, 'docs'), join(a.root, 'papers'));
    write(b, 'docs/two', 'two, edited');
    await exchange();
    expect(service.journal.length).toBe(journal + 2);
    expect(read(a)).toEqual(
      new Map([
        ['papers', undefined],
        ['papers/one', 'one'],
        ['papers/three', 'three'],
        ['papers/two', 'two, edited'],
      ]),
    );

    rmSync(join(b.root, 'papers'), { recursive: true });
    await exchange();
    expect(read(a).size).toBe(0);
    expect(readFileSync(join(a.root, '.syncline/trash/2026-01-31/papers/one'), 'utf8')).toBe('one');
  });

  test('a file that both edited has both contents on both, under two names', async () => {
    write(a, 'plan.txt', 'base');
    await exchange();
    write(a, 'plan.txt', 'by a');
    write(b, 'plan.txt', 'by b');
    await exchange();
    const tree = read(a);
    expect(tree.get('plan.txt')).toBe('by a');
    expect([...tree].filter(([path]) => path.includes('(conflicted copy from device 2'))).toHaveLength(1);
    expect([...tree.values()].toSorted(byText)).toEqual(['by a', 'by b']);
  });

  test('links, and what the service cannot name, are reported and neither followed nor taken for deletes', async () => {
    mkdirSync(join(directory, 'outside'));
    writeFileSync(join(directory, 'outside', 'secret'), 'secret');
    write(a, 'kept', 'kept');
    await exchange();

    symlinkSync(join(directory, 'outside'), join(a.root, 'link'));
    renameSync(join(a.root, 'kept'), join(a.root, 'bell\u0007'));
    writeFileSync(Buffer.concat([Buffer.from(`${a.root}/`), Buffer.from([0x66, 0xff])]), 'bytes');
    const outcome = await a.sync();

    expect(outcome.problems.map((problem) => problem.reason).toSorted()).toEqual([
      'name-not-utf8',
      'name-refused',
      'symlink',
    ]);
    expect(serviceTree(service)).toEqual(new Map([['kept', 'kept']]));
  });

  test('a link in the place of a synced folder is not followed, and nothing behind it is deleted or written', async () => {
    mkdirSync(join(a.root, 'folder'));
    write(a, 'folder/file', 'file');
    await exchange();
    mkdirSync(join(directory, 'outside'));
    rmSync(join(a.root, 'folder'), { recursive: true });
    symlinkSync(join(directory, 'outside'), join(a.root, 'folder'));
    write(b, 'folder/file', 'edited');
    write(b, 'folder/more', 'more');
    await b.sync();

    const outcome = await a.sync();

    expect(outcome.problems.map((problem) => problem.reason)).toContain('symlink');
    expect(readdirSync(join(directory, 'outside'))).toEqual([]);
    expect(serviceTree(service).get('folder/file')).toBe('edited');
  });

  test('names that are twins for other disks travel between disks that hold both', async () => {
    const names = ['Read Me', 'read me', 'caf\u00e9', 'cafe\u0301', 'dot', 'dot.'];
    for (const name of names) write(a, name, name);
    await exchange();
    expect(read(b)).toEqual(read(a));
    expect([...serviceTree(service).keys()].toSorted()).toEqual(names.toSorted());
  });

  test('a root without its marker, or with another one, is concluded nothing from', async () => {
    write(a, 'file', 'file');
    await exchange();
    rmSync(a.root, { recursive: true });
    expect((await a.sync()).kind).toBe('root-missing');
    mkdirSync(a.root);
    expect((await a.sync()).kind).toBe('root-missing');
    mkdirSync(join(a.root, '.syncline'));
    writeFileSync(join(a.root, '.syncline', 'marker.json'), '{}');
    expect((await a.sync()).kind).toBe('root-foreign');
    expect(serviceTree(service)).toEqual(new Map([['file', 'file']]));
  });

  test('more deletes than usual wait for somebody to say that they are meant', async () => {
    for (let index = 0; index < 60; index++) write(a, `file ${index}`, `${index}`);
    await exchange();
    for (let index = 0; index < 60; index++) rmSync(join(a.root, `file ${index}`));
    expect(await a.sync()).toMatchObject({ kind: 'mass-change', change: { remote: 60, allowed: 50 } });
    expect(serviceTree(service).size).toBe(60);
    expect((await a.sync({ acceptDeletes: true })).kind).toBe('rested');
    expect(serviceTree(service).size).toBe(0);
    expect(await b.sync()).toMatchObject({ kind: 'mass-change', change: { local: 60 } });
    expect(read(b).size).toBe(60);
  });

  test('a deleted or damaged database is rebuilt from both sides, without a transfer and without loss', async () => {
    mkdirSync(join(a.root, 'docs'));
    write(a, 'docs/one', 'one');
    write(a, 'two', 'two');
    await exchange();
    const journal = service.journal.length;
    rmSync(a.database);
    rmSync(join(a.root, 'two'));
    await exchange();
    expect(read(a).get('two')).toBe('two');
    writeFileSync(a.database, 'this is no database, but long enough to look like a file of some other program.....');
    await exchange();
    expect(service.journal.length).toBe(journal);
  });

  test('a file that is written to while it is sent is sent again, as it is then', async () => {
    write(a, 'log', 'first');
    let writes = 0;
    a.faults.onSent = () => {
      writes += 1;
      if (writes === 1) appendFileSync(join(a.root, 'log'), ' second');
    };
    expect(await a.sync()).toMatchObject({ kind: 'rested', problems: [] });
    expect(serviceTree(service)).toEqual(new Map([['log', 'first second']]));
    expect(service.journal).toHaveLength(1);
  });

  test('a file that never rests is reported as busy, and everything else is synced', async () => {
    write(a, 'log', 'x');
    write(a, 'calm', 'calm');
    a.faults.onSent = () => appendFileSync(join(a.root, 'log'), 'x');
    const outcome = await a.sync();
    expect(outcome.kind).toBe('unrested');
    expect(outcome.problems).toMatchObject([{ path: 'log', reason: 'busy' }]);
    expect(serviceTree(service)).toEqual(new Map([['calm', 'calm']]));
  });

  test('an edit that comes while the other content is fetched is kept beside it', async () => {
    write(a, 'plan', 'base');
    await exchange();
    write(b, 'plan', 'by b');
    await b.sync();
    a.faults.onFetched = () => {
      a.faults.onFetched = undefined;
      write(a, 'plan', 'by a, late');
    };
    await exchange();
    expect([...read(a).values()].toSorted(byText)).toEqual(['by a, late', 'by b']);
  });

  test('what is left in staging by a killed process is taken up or written over', async () => {
    write(a, 'file', 'content');
    await a.sync();
    b.faults.onFetched = () => {
      throw new Error('killed');
    };
    await expect(b.sync()).rejects.toThrow('killed');
    expect(existsSync(join(b.root, 'file'))).toBe(false);
    b.faults.onFetched = undefined;
    await exchange();
    expect(readdirSync(join(b.root, '.syncline', 'staging'))).toEqual([]);
  });
});
