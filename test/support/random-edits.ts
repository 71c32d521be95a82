import { encodeUlid, type Node, NodeId, nameKey, type Operation, opId, UploadId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { joinPath } from '../../client/src/engine/trees.ts';
import type { DiskPerson } from './disk-user.ts';
import { type ModelService, modelDevice } from './model-service.ts';

/** One doing of somebody. Numbers choose among what exists when it happens, so that every list of edits makes sense. */
export interface Edit {
  readonly type: 'write' | 'replace' | 'mkdir' | 'rename' | 'remove' | 'chmod';
  readonly pick: number;
  readonly folder: number;
  readonly name: string;
  readonly text: string;
}

const NAMES = ['a', 'b', 'c', 'd.txt', 'e.txt'];

export const anEdit: fc.Arbitrary<Edit> = fc.record({
  type: fc.constantFrom('write', 'write', 'write', 'replace', 'mkdir', 'mkdir', 'rename', 'rename', 'remove', 'chmod'),
  pick: fc.nat(99),
  folder: fc.nat(99),
  name: fc.constantFrom(...NAMES),
  text: fc.string({ minLength: 0, maxLength: 2, unit: fc.constantFrom('x', 'y', 'z') }),
});

/** What somebody does to a disk. */
export function editDisk(files: DiskPerson, edit: Edit): void {
  const tree = files.tree();
  const paths = [...tree.keys()];
  const folders = ['', ...paths.filter((path) => tree.get(path) === undefined)];
  const folder = choose(folders, edit.folder) ?? '';
  const place = joinPath(folder, edit.name);
  const picked = choose(paths, edit.pick);
  switch (edit.type) {
    case 'mkdir':
      if (!tree.has(place)) files.mkdir(place);
      return;
    case 'write':
    case 'replace': {
      const path = edit.pick % 2 === 0 ? place : (picked ?? place);
      if (tree.has(path) && tree.get(path) === undefined) return;
      if (edit.type === 'write') files.write(path, edit.text);
      else files.replace(path, edit.text);
      return;
    }
    case 'rename':
      if (picked === undefined || place === picked || place.startsWith(`${picked}/`) || picked.startsWith(`${place}/`))
        return;
      files.rename(picked, place);
      return;
    case 'remove':
      if (picked !== undefined) files.remove(picked);
      return;
    case 'chmod':
      if (picked !== undefined && tree.get(picked) !== undefined) files.chmod(picked, edit.folder % 2 === 0);
  }
}

/** What somebody else does at the service, from a device that sees all of it. */
export function editService(service: ModelService, edit: Edit): void {
  const nodes = service.list();
  const folders = [service.rootId, ...nodes.filter((node) => node.kind === 'folder').map((node) => node.nodeId)];
  const parentId = choose(folders, edit.folder) ?? service.rootId;
  const picked = choose(nodes, edit.pick);
  const operation = toOperation(service, { edit, parentId, picked, nodes });
  if (operation !== undefined) service.commit(modelDevice(9), [operation]);
}

function toOperation(
  service: ModelService,
  context: { edit: Edit; parentId: NodeId; picked: Node | undefined; nodes: readonly Node[] },
): Operation | undefined {
  const { edit, parentId, picked, nodes } = context;
  const { namespaceId } = service;
  const common = { opId: opId(encodeId(service.journal.length), edit.pick), namespaceId };
  const occupant = nodes.find((node) => node.parentId === parentId && nameKey(node.name) === nameKey(edit.name));
  const put = (text: string) => ({
    type: 'put' as const,
    uploadId: UploadId.parse(service.upload(Buffer.from(text)).uploadId),
    clock: 1,
    onConflict: 'fail' as const,
  });
  switch (edit.type) {
    case 'mkdir':
      return { ...common, type: 'mkdir', parentId, name: edit.name };
    case 'write':
    case 'replace': {
      const file = edit.pick % 2 === 0 ? occupant : picked;
      if (file === undefined && occupant === undefined) {
        return { ...common, ...put(edit.text), parentId, name: edit.name, baseRev: 0, executable: false };
      }
      if (file?.kind !== 'file') return undefined;
      const { nodeId, rev, name } = file;
      return { ...common, ...put(edit.text), parentId: file.parentId, name, nodeId, baseRev: rev, executable: false };
    }
    case 'chmod':
      return undefined;
    case 'rename':
      if (picked === undefined) return undefined;
      return { ...common, type: 'move', nodeId: picked.nodeId, baseRev: picked.rev, parentId, name: edit.name };
    case 'remove':
      if (picked === undefined) return undefined;
      return { ...common, type: 'delete', nodeId: picked.nodeId, baseRev: picked.rev, baseSeq: service.journal.length };
  }
}

function choose<T>(items: readonly T[], number: number): T | undefined {
  return items.length === 0 ? undefined : items[number % items.length];
}

function encodeId(number: number): string {
  const bytes = new Uint8Array(16).fill(5);
  new DataView(bytes.buffer).setUint32(12, number);
  return NodeId.parse(encodeUlid(bytes));
}
