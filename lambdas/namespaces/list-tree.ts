import {
  NAME_KEY_BYTES_MAX,
  type NamespaceId,
  NodeId,
  nameKey,
  PAGE_ENTRIES_MAX,
  type RouteResponse,
  rootNodeId,
  TOKEN_CHARS_MAX,
} from '@syncline/protocol';
import * as z from 'zod/mini';
import { signCursor } from '../journal/cursor-codec.ts';
import { NamespaceView } from '../journal/namespace-view.ts';
import type { Caller } from '../runtime/caller.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { TREE_QUERIES_MAX } from './limits.ts';
import type { Access, NamespaceStore, StoredNode } from './namespace-store.ts';
import { findLiveNode, type OpenNamespaceDependencies, openNamespace, readableNode } from './open-namespace.ts';
import { readPage, signPage } from './page-token.ts';
import { toWireNode } from './wire-node.ts';

/** A folder that is being listed, and the name key that was listed last. */
const Frame = z.tuple([NodeId, z.string()]);
type Frame = z.infer<typeof Frame>;
/** How far a listing has come: the head when it began, and the folders from its root down to where it stands. */
const TreePlace = z.strictObject({ epoch: z.int(), seq: z.int(), frames: z.array(Frame) });
type TreePlace = z.infer<typeof TreePlace>;

/** Bytes of the way down that a page token has room for: JSON in base64, beside its other fields and its MAC. */
const FRAMES_BYTES_MAX = Math.floor((TOKEN_CHARS_MAX - 400) * (3 / 4));

export interface TreeRequest {
  readonly namespaceId?: NamespaceId | undefined;
  readonly folderId?: NodeId | undefined;
  readonly page?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * All live nodes below a folder, page by page, parents before their children, with a cursor at the head when the listing began.
 *
 * A folder is listed depth first, so a page token holds one name key per level and no more. What moves while it is read may be
 * missed or told twice; the journal after `seq` names each such node, and a reader lists again what moved in unknown.
 * Cost: a Query per folder, at most TREE_QUERIES_MAX a page.
 */
export async function listTree(
  dependencies: OpenNamespaceDependencies & { readonly keyRing: KeyRing },
  request: TreeRequest,
  caller: Caller,
): Promise<Outcome<RouteResponse<'listTree'>>> {
  const { keyRing } = dependencies;
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  const { namespaceId, epoch, seq } = access.value.head;
  const folderId = request.folderId ?? rootNodeId(namespaceId);
  const listing = { listing: 'tree', subject: `${namespaceId}/${folderId}` } as const;
  const page = await readPage(keyRing, listing, { token: request.page, place: TreePlace });
  if (page.kind === 'refused') return page;
  if (page.value === undefined) {
    const folder = await findLiveNode(dependencies, access.value, folderId);
    if (folder.kind === 'refused') return folder;
    if (folder.value.kind === 'mount') {
      return refused('invalid_request', 'this is a shared folder: list the namespace that is mounted there');
    }
  }
  const place = page.value ?? { epoch, seq, frames: [[folderId, '']] };
  const frames = await ownFrames(dependencies, access.value, place.frames);
  const walk = new TreeWalk(dependencies.namespaces, namespaceId, frames);
  await walk.fill(request.limit ?? PAGE_ENTRIES_MAX);
  const position = { namespaceId, epoch: place.epoch, seq: place.seq };
  return done({
    nodes: walk.nodes.map(toWireNode),
    seq: place.seq,
    cursor: await signCursor(keyRing, caller.accountId, { positions: [position] }),
    ...(walk.unlisted.length === 0 ? {} : { unlisted: walk.unlisted }),
    ...(walk.frames.length === 0
      ? {}
      : { nextPage: await signPage(keyRing, listing, { ...place, frames: walk.frames } satisfies TreePlace) }),
  });
}

/**
 * The folders of a page token that are still of this namespace. Where the rows of several lie together, one may have become another's since
 * the token was made, and its reader may not be a member of that.
 */
async function ownFrames(
  { namespaces }: Pick<OpenNamespaceDependencies, 'namespaces'>,
  access: Access,
  frames: readonly Frame[],
): Promise<readonly Frame[]> {
  if (access.head.groundId === undefined && access.head.isGround !== true) return frames;
  const view = new NamespaceView({ namespaces }, access);
  await view.loadAncestors(frames.map(([folderId]) => folderId));
  const own: Frame[] = [];
  for (const frame of frames) {
    const folder = frame[0] === view.rootId ? undefined : readableNode(await view.ancestry(frame[0]));
    if (frame[0] === view.rootId || folder?.kind === 'folder') own.push(frame);
  }
  return own;
}

/** A depth-first walk that can be left after any node and taken up again from its frames. */
class TreeWalk {
  readonly nodes: StoredNode[] = [];
  readonly unlisted: NodeId[] = [];
  /** From the folder that is listed down to where the walk stands; empty at the end. */
  readonly frames: Frame[];
  readonly #namespaces: Pick<NamespaceStore, 'listChildren'>;
  readonly #namespaceId: NamespaceId;
  /** Children that were read in this page, of every folder of `frames`. */
  readonly #children = new Map<NodeId, Children>();
  #queries = 0;

  constructor(namespaces: Pick<NamespaceStore, 'listChildren'>, namespaceId: NamespaceId, frames: readonly Frame[]) {
    this.#namespaces = namespaces;
    this.#namespaceId = namespaceId;
    this.frames = [...frames];
  }

  /** Walks until `limit` nodes were told, TREE_QUERIES_MAX folders were read, or all is told. */
  async fill(limit: number): Promise<void> {
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) {
      if (this.nodes.length === limit) return;
      const [folderId, after] = frame;
      const children = this.#children.get(folderId) ?? (await this.#read(folderId, after, limit - this.nodes.length));
      if (children === undefined) return;
      const child = children.rows[children.told++];
      if (child !== undefined) this.#tell(child);
      else if (children.isLast) this.frames.pop();
      else this.#children.delete(folderId);
    }
  }

  async #read(folderId: NodeId, after: string, limit: number): Promise<Children | undefined> {
    if (this.#queries === TREE_QUERIES_MAX) return undefined;
    this.#queries++;
    const { nodes, next } = await this.#namespaces.listChildren({
      namespaceId: this.#namespaceId,
      parentId: folderId,
      limit,
      ...(after === '' ? {} : { after }),
    });
    const children = { rows: nodes, told: 0, isLast: next === undefined };
    this.#children.set(folderId, children);
    return children;
  }

  #tell(node: StoredNode): void {
    this.nodes.push(node);
    this.frames[this.frames.length - 1] = [node.parentId, nameKey(node.name)];
    if (node.kind !== 'folder') return;
    const deeper: Frame[] = [...this.frames, [node.nodeId, '']];
    // The key that the new frame may come to hold needs room as well; escapes of JSON only double a byte.
    if (Buffer.byteLength(JSON.stringify(deeper)) + NAME_KEY_BYTES_MAX > FRAMES_BYTES_MAX)
      this.unlisted.push(node.nodeId);
    else this.frames.push([node.nodeId, '']);
  }
}

interface Children {
  readonly rows: readonly StoredNode[];
  told: number;
  readonly isLast: boolean;
}
