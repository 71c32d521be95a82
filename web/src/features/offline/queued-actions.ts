import { systemClock } from '@syncline/client';
import { type Node, NodeId, nameDefect } from '@syncline/protocol';
import type { Translate } from '../../messages/english.ts';
import { baseOf, contentBaseOf } from '../../offline/change-queue.ts';
import type { NewChange, Offline } from '../../offline/create-offline.ts';
import type { KeptPlace } from '../../offline/kept-tree.ts';
import type { UploadSelection } from '../../transfers/create-transfers.ts';
import { newId, secureRandom } from '../../transfers/new-id.ts';
import type { Toast } from '../../ui/toast-stack.ts';

/** What a person does while there is no network, or while something waits: it is written down in this browser, and shown as if it were done. */
export interface QueuedActions {
  makeFolder(place: KeptPlace, name: string): Promise<Node | undefined>;
  rename(node: Node, name: string): Promise<boolean>;
  move(nodes: readonly Node[], target: KeptPlace): Promise<boolean>;
  remove(nodes: readonly Node[]): Promise<boolean>;
  /** Saves another content of a file, on the one that `shown` has. */
  edit(shown: Node, content: Blob): Promise<boolean>;
  /** What has a name that the service would refuse is left out, and told. False when it is more than what can wait: nothing was taken. */
  upload(selection: UploadSelection, target: KeptPlace): Promise<boolean>;
}

export interface QueuedActionsDependencies {
  readonly offline: Offline;
  readonly toast: (toast: Toast) => void;
  readonly t: Translate;
}

export function createQueuedActions({ offline, toast, t }: QueuedActionsDependencies): QueuedActions {
  const add = async (changes: readonly NewChange[]): Promise<boolean> => {
    const outcome = await offline.add(changes).catch((failure: unknown) => {
      if (failure instanceof DOMException) return 'too-much' as const;
      throw failure;
    });
    if (outcome === 'added' && changes.length > 0 && !offline.isOnline()) toast({ text: t('offline.queued') });
    return outcome === 'added';
  };
  const take = async (changes: readonly NewChange[]): Promise<boolean> => {
    const isTaken = await add(changes);
    if (!isTaken) toast({ text: t('offline.tooMuch'), isProblem: true });
    return isTaken;
  };
  /** With revisions that the service knows. */
  const baseFor = (node: Node): Node => baseOf(offline.queue.get(), node);
  return {
    async makeFolder(place, name) {
      const after = newNode(place, { name, kind: 'folder' });
      return (await take([{ edit: { type: 'mkdir' }, after }])) ? after : undefined;
    },
    rename: (node, name) => take([moving(baseFor(node), node.parentId, name)]),
    move: (nodes, { namespaceId, folderId }) => {
      if (nodes.some((node) => node.namespaceId !== namespaceId)) {
        toast({ text: t('offline.notAcross'), isProblem: true });
        return Promise.resolve(false);
      }
      return take(nodes.map((node) => moving(baseFor(node), folderId, node.name)));
    },
    remove: (nodes) => take(nodes.map((node) => deleting(baseFor(node), offline.lastSeq(node.namespaceId)))),
    edit(shown, content) {
      const modifiedAtMs = systemClock.now();
      const base = contentBaseOf(offline.queue.get(), shown);
      const edit = { type: 'put' as const, ...base, replacedBytes: shown.size, modifiedAtMs };
      const after = { ...baseFor(shown), size: content.size, modifiedAt: instantOf(modifiedAtMs) };
      return take([{ edit, after, content }]);
    },
    upload({ files, emptyFolders }, target) {
      const bad = new Set<string>();
      const isFit = (path: readonly string[]): boolean => {
        const name = path.find((part) => nameDefect(part) !== undefined);
        if (name !== undefined) bad.add(name);
        return name === undefined;
      };
      const fit = {
        files: files.filter(({ file, folders }) => isFit([...folders, file.name])),
        emptyFolders: emptyFolders.filter(isFit),
      };
      const [name = ''] = bad;
      if (bad.size > 0) toast({ text: t('offline.badNames', { name, count: bad.size }), isProblem: true });
      return add(uploading(fit, target));
    },
  };
}

function newNode({ namespaceId, folderId }: KeptPlace, given: Pick<Node, 'name' | 'kind'>): Node {
  return {
    ...given,
    namespaceId,
    nodeId: NodeId.parse(newId(secureRandom)),
    parentId: folderId,
    rev: 0,
    contentRev: 0,
    placeRev: 0,
    size: 0,
    modifiedAt: instantOf(systemClock.now()),
  };
}

function moving(node: Node, parentId: NodeId, name: string): NewChange {
  // Of a node that is only here the move stands on what becomes of it.
  return { edit: { type: 'move', baseRev: Math.max(1, node.placeRev) }, after: { ...node, parentId, name } };
}

function deleting(node: Node, baseSeq: number | undefined): NewChange {
  // What is not known to have been seen keeps a folder from being deleted: a person is asked.
  const edit = { type: 'delete' as const, baseRev: node.rev, baseSeq: baseSeq ?? 0 };
  return { edit, after: { ...node, deletedAt: instantOf(systemClock.now()) } };
}

/** Folders before what lies in them. */
function uploading(
  { files, emptyFolders }: Pick<UploadSelection, 'files' | 'emptyFolders'>,
  target: KeptPlace,
): readonly NewChange[] {
  const changes: NewChange[] = [];
  const made = new Map<string, KeptPlace>();
  const placeOf = (path: readonly string[]): KeptPlace => {
    const name = path.at(-1);
    if (name === undefined) return target;
    const key = path.join('/');
    const known = made.get(key);
    if (known !== undefined) return known;
    const after = newNode(placeOf(path.slice(0, -1)), { name, kind: 'folder' });
    changes.push({ edit: { type: 'mkdir' }, after });
    const place = { namespaceId: after.namespaceId, folderId: after.nodeId };
    made.set(key, place);
    return place;
  };
  for (const folder of emptyFolders) placeOf(folder);
  for (const { file, folders } of files) {
    const modifiedAt = instantOf(file.lastModified);
    const after = { ...newNode(placeOf(folders), { name: file.name, kind: 'file' }), size: file.size, modifiedAt };
    changes.push({ edit: { type: 'put', baseRev: 0, modifiedAtMs: file.lastModified }, after, content: file });
  }
  return changes;
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
