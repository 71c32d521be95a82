import {
  DAY_MS,
  epochMs,
  formatInstant,
  type NamespaceId,
  type Node,
  type NodeId,
  rootNodeId,
} from '@syncline/protocol';
import { uploadFiles } from '../../client/src/transfers/upload-files.ts';
import { textBytes } from '../support/in-memory-member.ts';
import type { Chance } from './chance.ts';
import type { Grapevine, SimulatedPerson } from './simulated-person.ts';

export type TreeDoing =
  | 'write'
  | 'edit'
  | 'mkdir'
  | 'move'
  | 'delete'
  | 'restore'
  | 'revert'
  | 'copy'
  | 'purge'
  | 'label'
  | 'set-back'
  | 'read'
  | 'list'
  | 'follow';

/** Each as often as its weight. */
const WEIGHTS: Readonly<Record<TreeDoing, number>> = {
  write: 3,
  edit: 8,
  mkdir: 1,
  move: 2,
  delete: 3,
  restore: 2,
  revert: 2,
  copy: 1,
  purge: 2,
  label: 1,
  'set-back': 1,
  read: 3,
  list: 2,
  follow: 1,
};
export const TREE_DOINGS = Object.entries(WEIGHTS).flatMap(([doing, weight]) =>
  Array.from({ length: weight }, () => doing as TreeDoing),
);

/** Where there is next to nothing, something is made first. */
const NODES_MIN = 3;
const FIRST_DOINGS: readonly TreeDoing[] = ['write', 'write', 'mkdir'];

const NAMES = ['a', 'b', 'c', 'd.txt', 'e.txt'];
/** Share of the changes that are made on a base which is one revision old. */
const STALE_SHARE = 0.2;
/** Share of what is asked of one namespace about nodes of another. */
const STRAY_SHARE = 0.1;
const BACK_MS_MAX = 2 * DAY_MS;

interface Place {
  readonly person: SimulatedPerson;
  readonly chance: Chance;
  readonly namespaceId: NamespaceId;
  readonly nodes: readonly Node[];
}

/** One thing that somebody does to what lies in the home or in a shared folder. Answers what came of it, for the trace. */
export async function doToTree(
  person: SimulatedPerson,
  { folders }: Grapevine,
  { chance, doing }: { readonly chance: Chance; readonly doing: TreeDoing },
): Promise<string> {
  const namespaceId = chance.pick([person.member.namespaceId, ...folders, ...folders, ...folders]);
  const told = chance.happens(STRAY_SHARE) ? chance.pick([person.member.namespaceId, ...folders]) : namespaceId;
  const nodes = [...person.world.service.oracle(told).nodes.values()];
  const first = nodes.length < NODES_MIN ? chance.pick(FIRST_DOINGS) : doing;
  const outcome = await perform({ person, chance, namespaceId, nodes }, first);
  return `${first} in ${namespaceId.slice(-4)}: ${outcome}`;
}

function perform(place: Place, doing: TreeDoing): Promise<string> {
  switch (doing) {
    case 'write':
      return write(place, undefined);
    case 'edit':
      return write(
        place,
        pickNode(place, ({ kind }) => kind === 'file'),
      );
    case 'mkdir':
      return commit(place, { type: 'mkdir', ...aPlace(place) });
    case 'move':
    case 'delete':
      return change(place, doing);
    case 'restore':
    case 'purge':
      return trash(place, doing);
    case 'revert':
    case 'copy':
    case 'label':
      return old(place, doing);
    case 'set-back':
      return setBack(place);
    case 'read':
    case 'list':
    case 'follow':
      return look(place, doing);
  }
}

type Intent = Record<string, unknown> & { readonly type: string };

function commit({ person, namespaceId }: Place, intent: Intent): Promise<string> {
  return person.commit({ opId: person.nextOpId(), namespaceId, ...intent } as never);
}

async function write(place: Place, file: Node | undefined): Promise<string> {
  const { person, chance, namespaceId } = place;
  const text = person.write(chance);
  const bytes = textBytes(text);
  const source = sourceIn(namespaceId, bytes);
  const [upload] = await uploadFiles(person.client, [source]);
  if (upload?.kind !== 'uploaded') return upload?.kind === 'refused' ? upload.problem.code : 'not sent';
  const base = file === undefined ? { baseRev: 0 } : { nodeId: file.nodeId, baseRev: baseOf(place, file) };
  const at = file === undefined ? aPlace(place) : { parentId: file.parentId, name: file.name };
  const { uploadId } = upload;
  return `${text} ${await commit(place, { type: 'put', ...at, ...base, uploadId, clock: 1, onConflict: 'keep_both' })}`;
}

function sourceIn(namespaceId: NamespaceId, bytes: Uint8Array) {
  return {
    namespaceId,
    size: bytes.length,
    read: async ({ start, end }: { start: number; end: number }) => bytes.subarray(start, end),
  };
}

async function change(place: Place, type: 'move' | 'delete'): Promise<string> {
  const node = pickNode(place, () => true);
  if (node === undefined) return 'nothing there';
  const seen = place.person.world.service.oracle(place.namespaceId).entries.length;
  const at = type === 'move' ? aPlace(place) : node.kind === 'folder' ? { baseSeq: seen } : {};
  return commit(place, { type, nodeId: node.nodeId, baseRev: baseOf(place, node), ...at });
}

async function trash(place: Place, type: 'restore' | 'purge'): Promise<string> {
  const node = pickNode(place, ({ deletedAt }) => deletedAt !== undefined);
  if (node === undefined) return change(place, 'delete');
  if (type === 'purge') return commit(place, { type, nodeId: node.nodeId, deletedAt: node.deletedAt });
  return commit(place, { type, nodeId: node.nodeId, ...(place.chance.happens(0.5) ? aPlace(place) : {}) });
}

async function old(place: Place, doing: 'revert' | 'copy' | 'label'): Promise<string> {
  const { person, chance, namespaceId } = place;
  const node = pickNode(place, ({ kind }) => kind === 'file');
  if (node === undefined) return 'nothing there';
  const { nodeId } = node;
  const rev = chance.between(1, node.rev);
  switch (doing) {
    case 'revert':
      return commit(place, { type: 'restore', nodeId, rev, baseRev: node.rev });
    case 'copy':
      return commit(
        { ...place, namespaceId: person.member.namespaceId },
        {
          type: 'copy',
          parentId: rootNodeId(person.member.namespaceId),
          name: chance.pick(NAMES),
          from: { namespaceId, nodeId },
        },
      );
    case 'label': {
      const body = { namespaceId, label: chance.happens(0.7) ? 'good' : null };
      const answer = await person.client.api.markRevision({ parameters: { nodeId, rev: `${rev}` }, body });
      return answer.ok ? 'labelled' : answer.problem.code;
    }
  }
}

async function setBack({ person, chance, namespaceId }: Place): Promise<string> {
  const at = formatInstant(
    epochMs(person.world.service.clock.now() - Math.floor(chance.fraction() ** 4 * BACK_MS_MAX)),
  );
  const body = { namespaceId, at, ...(chance.happens(0.2) ? { dryRun: true } : {}) };
  const answer = await person.client.api.restoreTree({ body });
  return answer.ok ? `${answer.value.total} changes` : answer.problem.code;
}

async function look({ person, chance, namespaceId, nodes }: Place, doing: 'read' | 'list' | 'follow'): Promise<string> {
  const { api } = person.client;
  if (doing === 'follow') {
    const begun = await api.getCursor();
    const answer = begun.ok ? await api.listChanges({ query: { cursor: begun.value.cursor } }) : begun;
    return answer.ok ? 'followed' : answer.problem.code;
  }
  if (doing === 'list') {
    const answer = await (chance.happens(0.5)
      ? api.listTree({ query: { namespaceId } })
      : api.listTrash({ query: { namespaceId } }));
    return answer.ok ? 'listed' : answer.problem.code;
  }
  const file = pickNode({ chance, nodes }, ({ kind }) => kind === 'file');
  if (file === undefined) return 'nothing there';
  const query = { namespaceId, rev: `${chance.between(1, file.rev)}` };
  const answer = await api.getContent({ parameters: { nodeId: file.nodeId }, query });
  return answer.ok ? 'read' : answer.problem.code;
}

function pickNode(
  { chance, nodes }: Pick<Place, 'chance' | 'nodes'>,
  isFitting: (node: Node) => boolean,
): Node | undefined {
  const fitting = nodes.filter(isFitting);
  return fitting.length === 0 ? undefined : chance.pick(fitting);
}

function baseOf({ chance }: Place, { rev }: Node): number {
  return chance.happens(STALE_SHARE) ? Math.max(1, rev - 1) : rev;
}

function aPlace({ chance, namespaceId, nodes }: Place): { readonly parentId: NodeId; readonly name: string } {
  const folders = nodes.filter(({ kind, deletedAt }) => kind === 'folder' && deletedAt === undefined);
  const parents: readonly NodeId[] = [rootNodeId(namespaceId), ...folders.map(({ nodeId }) => nodeId)];
  return { parentId: chance.pick(parents), name: chance.pick(NAMES) };
}
