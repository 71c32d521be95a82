import assert from 'node:assert/strict';
import { parentPath } from '../../client/src/engine/trees.ts';
import {
  assertKept,
  assertSame,
  assertWhole,
  type KillCase,
  type KillWorld,
  makeKillWorld,
  syncToRest,
} from './kill-run.ts';
import { longText } from './kill-scenarios.ts';

/** Something that a person does at the moment of a call of the engine's. */
export interface Meddling {
  readonly call: number;
  readonly act: 'write' | 'replace' | 'remove' | 'rename' | 'mkdir';
  readonly path: string;
}

const MEDDLED = longText('meddled');
const MOVED = 'moved by a person';

/** Lets a person work on the disk in the middle of a sync, and demands that nothing that the person wrote or left alone is lost. */
export async function meddleAndSettle(kill: KillCase, meddling: Meddling): Promise<void> {
  const world = await makeKillWorld(kill.scenario, kill.disk);
  const { device } = world;
  const written = new Set(world.written);
  device.process.faults = ({ number, name, path }) => {
    // Without second names nothing can be put under a name only if that is free: what is saved there in that very moment is replaced.
    const isTooLate = kill.disk.hasLinks === false && name === 'rename' && !path.includes(' -> /synced/.syncline/');
    if (number === meddling.call && !isTooLate) meddle(world, meddling, written);
    return undefined;
  };
  await device.sync();
  await syncToRest(device);
  assertSame(world);
  const isWritten = written.has(MEDDLED);
  const isThere = [...device.user.tree().values()].includes(MEDDLED);
  assert.ok(isThere || !isWritten, 'what the person wrote last is on the disk');
  assertKept({ ...world, written });
  assertWhole({ ...world, written: new Set([...world.written, MEDDLED]) });
}

/** Does what makes sense at that moment, and keeps count of what is not to be lost. */
function meddle({ device: { user } }: KillWorld, { act, path }: Meddling, written: Set<string>): void {
  const tree = user.tree();
  const isThere = tree.has(path);
  const isFile = tree.get(path) !== undefined;
  const folder = parentPath(path);
  const hasFolder = folder === '' || (tree.has(folder) && tree.get(folder) === undefined);
  if (!hasFolder || (isThere && !isFile && act !== 'rename' && act !== 'remove')) return;
  switch (act) {
    case 'write':
    case 'replace':
      written.delete(tree.get(path) ?? '');
      written.add(MEDDLED);
      user[act](path, MEDDLED);
      return;
    case 'remove':
      for (const [known, text] of tree) if (known === path || known.startsWith(`${path}/`)) written.delete(text ?? '');
      user.remove(path);
      return;
    case 'rename':
      if (isThere) user.rename(path, MOVED);
      return;
    case 'mkdir':
      if (!isThere) user.mkdir(path);
  }
}
