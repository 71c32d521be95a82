import { expect, test } from '@jest/globals';
import { OpId, UploadId } from '@syncline/protocol';
import { ModelService, modelDevice, nameBytes } from '../../../test/support/model-service.ts';
import { modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';

function world() {
  const service = new ModelService();
  return {
    service,
    a: new SyncDevice(modelSyncService(service), 1),
    b: new SyncDevice(modelSyncService(service), 2),
  };
}

const reasons = (outcome: { readonly problems: readonly { readonly path: string; readonly reason: string }[] }) =>
  outcome.problems.map(({ path, reason }) => `${path}: ${reason}`).toSorted((x, y) => x.localeCompare(y));

test('a folder that cannot be listed is told, and nothing in it counts as deleted', async () => {
  const { service, a } = world();
  a.files.mkdir('d');
  a.files.write('d/x', '1');
  a.files.write('e', '1');
  await a.sync();
  a.files.unlisted.add('d');
  a.files.remove('e');
  const outcome = await a.sync();
  expect(reasons(outcome)).toEqual(['d: unreadable']);
  expect([...serviceTree(service).keys()]).toEqual(['d', 'd/x']);
});

test('a root that cannot be listed deletes nothing', async () => {
  const { service, a } = world();
  a.files.write('e', '1');
  await a.sync();
  a.files.unlisted.add('');
  expect(reasons(await a.sync())).toEqual(['.: unreadable']);
  expect([...serviceTree(service).keys()]).toEqual(['e']);
});

test('what is hidden in a folder that cannot be listed comes neither back nor away when the service changes', async () => {
  const { service, a, b } = world();
  a.files.mkdir('d');
  a.files.write('d/x', '1');
  await a.sync();
  await b.sync();
  a.files.unlisted.add('d');
  b.files.write('d/x', '2');
  await b.sync();
  await a.sync();
  a.files.unlisted.clear();
  expect(a.files.tree().get('d/x')).toBe('1');
  await a.sync();
  expect(a.files.tree()).toEqual(serviceTree(service));
  expect(a.files.tree().get('d/x')).toBe('2');
});

test('a link in the place of a file is told, and the file is neither deleted nor written through it', async () => {
  const { service, a, b } = world();
  a.files.write('f', '1');
  await a.sync();
  await b.sync();
  a.files.symlink('f');
  b.files.write('f', '2');
  await b.sync();
  const outcome = await a.sync();
  expect(reasons(outcome)).toEqual(['f: symlink']);
  expect(serviceTree(service)).toEqual(new Map([['f', '2']]));
});

test('a link where the service makes a file keeps that file away, and says so', async () => {
  const { a, b } = world();
  a.files.symlink('f');
  b.files.write('f', '1');
  await b.sync();
  const outcome = await a.sync();
  expect(reasons(outcome)).toEqual(['f: place-taken', 'f: symlink']);
  expect(a.files.tree().size).toBe(0);
});

test('a folder that was deleted elsewhere stays while something in it cannot be synced', async () => {
  const { a, b } = world();
  a.files.mkdir('d');
  a.files.write('d/x', '1');
  await a.sync();
  await b.sync();
  a.files.symlink('d/link');
  b.files.remove('d');
  await b.sync();
  await a.sync();
  expect([...a.files.tree().keys()]).toEqual(['d']);
});

test('names that other disks take for one travel between disks that hold both', async () => {
  const { service, a, b } = world();
  a.files.write('Note', '1');
  a.files.write('note', '2');
  a.files.mkdir('Dir');
  a.files.mkdir('DIR');
  expect(reasons(await a.sync())).toEqual([]);
  await b.sync();
  expect(b.files.tree()).toEqual(a.files.tree());
  expect(serviceTree(service)).toEqual(a.files.tree());
});

test('a name that the service refuses is told, also below folders, and what had another name before stays there', async () => {
  const { service, a } = world();
  a.files.mkdir('d');
  a.files.write('d/x', '1');
  a.files.write('y', '1');
  await a.sync();
  a.files.rename('d', 'd\u0001');
  a.files.rename('y', 'd\u0001/y');
  expect(reasons(await a.sync())).toEqual(['d\u0001: name-refused']);
  expect([...serviceTree(service).keys()]).toEqual(['d', 'd/x', 'y']);
  a.files.rename('d\u0001', 'e');
  expect(await a.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect([...serviceTree(service).keys()]).toEqual(['e', 'e/x', 'e/y']);
});

test('a folder that moves with all its content is one operation', async () => {
  const { service, a } = world();
  a.files.mkdir('d');
  for (let index = 0; index < 30; index++) a.files.write(`d/${index}`, `${index}`);
  a.files.mkdir('e');
  await a.sync();
  const head = service.journal.length;
  a.files.rename('d', 'e/d');
  await a.sync();
  expect(service.journal.slice(head).map((change) => change.type)).toEqual(['moved']);
});

test('files that swap their names keep their histories: they are moved, and no bytes are sent', async () => {
  const { service, a } = world();
  for (const name of ['a', 'b']) a.files.write(name, name);
  await a.sync();
  const idOf = (name: string) => service.list().find((node) => node.name === name)?.nodeId;
  const [first, second] = [idOf('a'), idOf('b')];
  const journal = service.journal.length;
  a.files.rename('a', 'aside');
  a.files.rename('b', 'a');
  a.files.rename('aside', 'b');
  expect(await a.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(service.journal.slice(journal).map(({ type }) => type)).toEqual(['moved', 'moved', 'moved']);
  expect(serviceTree(service)).toEqual(a.files.tree());
  expect([idOf('b'), idOf('a')]).toEqual([first, second]);
});

test('a file that is saved by a new one keeps its history, also when the old one is kept under another name', async () => {
  const { service, a } = world();
  a.files.write('f', '1');
  await a.sync();
  const [before] = service.list();
  a.files.rename('f', 'f~');
  a.files.write('f', '2');
  await a.sync();
  const nodes = new Map(service.list().map((node) => [node.name, node]));
  expect(nodes.get('f')).toMatchObject({ nodeId: before?.nodeId, contentRev: 2 });
  expect(serviceTree(service)).toEqual(a.files.tree());
});

test('a file that was only touched is not committed again', async () => {
  const { service, a } = world();
  a.files.write('f', '1');
  await a.sync();
  const head = service.journal.length;
  a.files.write('f', '1');
  expect((await a.sync()).kind).toBe('rested');
  expect(service.journal.length).toBe(head);
});

test('the permission to run travels without the bytes', async () => {
  const { a, b } = world();
  a.files.write('f', '1');
  await a.sync();
  await b.sync();
  a.files.chmod('f', true);
  await a.sync();
  expect(await b.sync()).toMatchObject({ kind: 'rested', counts: { downloaded: 1 } });
  expect(b.files.isExecutable('f')).toBe(true);
  b.files.chmod('f', false);
  await b.sync();
  await a.sync();
  expect(a.files.isExecutable('f')).toBe(false);
});

test('a namespace with a whole tree of folders is made in one commit per 200 operations', async () => {
  const { a } = world();
  for (let index = 0; index < 150; index++) a.files.mkdir(`d${index}`);
  for (let index = 0; index < 150; index++) a.files.mkdir(`d${index}/sub`);
  let commits = 0;
  a.faults.onCommit = (moment) => {
    if (moment === 'before') commits += 1;
  };
  await a.sync();
  expect(commits).toBe(2);
});

test('a commit that another device comes before is planned again, and nothing is written over', async () => {
  const { service, a, b } = world();
  a.files.write('f.txt', '1');
  await a.sync();
  await b.sync();
  a.files.write('f.txt', 'a');
  b.files.write('f.txt', 'b');
  a.faults.onSent = () => {
    a.faults.onSent = undefined;
    const [node] = service.list();
    if (node === undefined) throw new Error('the file is there');
    const { uploadId } = service.upload(Buffer.from('c'));
    const { namespaceId, nodeId, rev, name, parentId } = node;
    const place = { namespaceId, nodeId, name, parentId };
    service.commit(modelDevice(9), [
      {
        type: 'put',
        ...place,
        opId: OpId.parse('00000000000000000000000001-0'),
        baseRev: rev,
        uploadId: UploadId.parse(uploadId),
        clock: 9,
        onConflict: 'fail',
      },
    ]);
  };
  for (const device of [a, b, a]) expect((await device.sync()).kind).toBe('rested');
  expect([...a.files.tree().values()].toSorted((x = '', y = '') => x.localeCompare(y))).toEqual(['a', 'b', 'c']);
  expect(b.files.tree()).toEqual(a.files.tree());
});

test('a file that is moved while the disk is walked, so that the walk misses it, is not taken for deleted', async () => {
  const { service, a } = world();
  a.files.mkdir('d');
  a.files.write('d/x', '1');
  await a.sync();
  const list = a.files.list.bind(a.files);
  a.files.list = (path) => {
    if (path === 'd') {
      a.files.list = list;
      a.files.rename('d/x', 'x');
    }
    return list(path);
  };
  const head = service.journal.length;
  await a.sync();
  expect(service.journal.slice(head).map((change) => change.type)).toEqual(['moved']);
});

test('a folder is not deleted with a file that could not leave it', async () => {
  const { service, a } = world();
  a.files.mkdir('d');
  a.files.write('d/x', 'x');
  a.files.write('d/y', 'y');
  await a.sync();
  const before = service.list().find((node) => node.name === 'x');
  a.files.rename('d/x', 'z');
  a.files.remove('d');
  a.faults.onCommit = () => {
    a.faults.onCommit = undefined;
    const { uploadId } = service.upload(Buffer.from('somebody else'));
    const { namespaceId, rootId: parentId } = service;
    const opId = OpId.parse('00000000000000000000000002-0');
    service.commit(modelDevice(9), [
      {
        type: 'put',
        opId,
        namespaceId,
        parentId,
        name: 'z',
        baseRev: 0,
        uploadId: UploadId.parse(uploadId),
        clock: 9,
        onConflict: 'fail',
      },
    ]);
  };
  expect((await a.sync()).kind).toBe('rested');
  expect(service.list().find((node) => node.nodeId === before?.nodeId)?.name).toMatch(/^z \(conflicted copy/);
  expect([...a.files.tree().values()].toSorted((x = '', y = '') => x.localeCompare(y))).toEqual(['somebody else', 'x']);
});

test('an edit that comes between the plan and a move of the file is sent, and not taken for what was agreed', async () => {
  const { service, a, b } = world();
  a.files.write('f', '1');
  await a.sync();
  await b.sync();
  a.files.rename('f', 'g');
  await a.sync();
  b.files.write('new', 'n');
  b.faults.onSent = () => {
    b.faults.onSent = undefined;
    b.files.write('f', 'late');
  };
  expect((await b.sync()).kind).toBe('rested');
  expect(serviceTree(service)).toEqual(
    new Map([
      ['g', 'late'],
      ['new', 'n'],
    ]),
  );
});

test('an edit that comes between the plan and a move is not written over by what the service has', async () => {
  const { service, a, b } = world();
  a.files.write('f', '1');
  await a.sync();
  await b.sync();
  a.files.rename('f', 'g');
  a.files.write('g', 'by a');
  await a.sync();
  b.files.write('new', 'n');
  b.faults.onSent = () => {
    b.faults.onSent = undefined;
    b.files.write('f', 'late');
  };
  expect((await b.sync()).kind).toBe('rested');
  expect([...serviceTree(service).values()].toSorted((x = '', y = '') => x.localeCompare(y))).toEqual([
    'by a',
    'late',
    'n',
  ]);
});

test('a disk that goes away while it is walked is not taken for an empty one', async () => {
  const { service, a } = world();
  a.files.write('f', '1');
  await a.sync();
  a.files.list = async (path) => {
    a.files.root = 'missing';
    return { path, entries: [], complete: true, rulesChanged: false };
  };
  expect((await a.sync()).kind).toBe('root-missing');
  expect([...serviceTree(service).keys()]).toEqual(['f']);
});

test('another content than the one that was asked for never reaches the disk', async () => {
  const { service, a } = world();
  a.files.write('f', '1');
  await a.sync();
  const other = Buffer.from('2');
  const b = new SyncDevice(
    {
      ...modelSyncService(service),
      connect: async (number, faults) => ({
        ...(await modelSyncService(service).connect(number, faults)),
        fetch: async ({ into }) => {
          await into.write(0, other);
          return { kind: 'fetched', contentHash: nameBytes(other) };
        },
      }),
    },
    2,
  );
  expect(reasons(await b.sync())).toEqual(['f: damaged']);
  expect(b.files.tree().size).toBe(0);
});

test('a folder into which another device puts a file at the last moment is not deleted with it', async () => {
  const { service, a } = world();
  a.files.mkdir('d');
  a.files.write('d/x', 'x');
  await a.sync();
  const folder = service.list().find((node) => node.name === 'd');
  if (folder === undefined) throw new Error('the folder is there');
  a.files.remove('d');
  a.faults.onCommit = () => {
    a.faults.onCommit = undefined;
    const uploadId = UploadId.parse(service.upload(Buffer.from('late')).uploadId);
    const place = { namespaceId: service.namespaceId, parentId: folder.nodeId, name: 'late' };
    const opId = OpId.parse('00000000000000000000000003-0');
    service.commit(modelDevice(9), [
      { type: 'put', opId, ...place, baseRev: 0, uploadId, clock: 9, onConflict: 'fail' },
    ]);
  };
  expect((await a.sync()).kind).toBe('rested');
  expect(serviceTree(service).get('d/late')).toBe('late');
});
