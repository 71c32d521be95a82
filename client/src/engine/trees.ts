import type { ContentHash, NamespaceId, NodeId, NodeKind } from '@syncline/protocol';
import type { NodeTree, PlacedNode, TreeReader } from './node-tree.ts';

/**
 * The three trees. They record observations, never outstanding work: the remote tree is what the service said last, the
 * local tree what the disk showed last, the synced tree what both were seen to agree on. A plan is made from them anew.
 */
export interface RemoteNode extends PlacedNode {
  readonly kind: NodeKind;
  readonly rev: number;
  readonly contentRev: number;
  readonly size: number;
  readonly contentHash: ContentHash | undefined;
  readonly executable: boolean;
  /** Time to give to the local file, in ms since 1970; undefined where no client told one. */
  readonly modifiedAtMs: number | undefined;
  /** Of a mount, which is a folder to the engine: the namespace whose tree hangs in it. */
  readonly mounted?: NamespaceId | undefined;
}

/** A node as both sides agreed on it: `rev` and content of the remote one, place and identity of the local one. */
export interface SyncedNode extends PlacedNode {
  readonly kind: NodeKind;
  readonly rev: number;
  readonly contentRev: number;
  readonly size: number;
  readonly contentHash: ContentHash | undefined;
  readonly executable: boolean;
  readonly identity: LocalIdentity;
  /** Name on the disk, where that cannot hold `name` or has it for another node. */
  readonly localName?: string | undefined;
  /** Of a mount: the namespace whose tree was agreed on in it. */
  readonly mounted?: NamespaceId | undefined;
}

/** What tells one state of one file from every other without reading it. All times in ns since 1970. */
export interface LocalIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly birthNs: bigint;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Why something on the disk cannot be synced. */
export type ObstacleReason =
  | 'symlink'
  | 'special-file'
  | 'too-large'
  | 'name-refused'
  | 'name-twin'
  | 'name-not-utf8'
  | 'unreadable'
  | 'ignored';

/** One thing that stands on the disk. `path` is relative to the root, its names joined by `/`. */
export interface LocalEntry {
  readonly path: string;
  readonly name: string;
  readonly kind: NodeKind | 'obstacle';
  readonly identity: LocalIdentity;
  readonly executable: boolean;
  /** Folders: false when its content could not be listed completely, so that nothing can be concluded from absence. */
  readonly listed: boolean;
  /** Files: the content, when it was read in exactly this state. */
  readonly contentHash: ContentHash | undefined;
  readonly obstacle: ObstacleReason | undefined;
}

/** What is kept of an entry as long as it stands: there are as many as files. */
export type SeenEntry = Pick<LocalEntry, 'kind' | 'identity' | 'contentHash'>;

export function seenEntry({ kind, identity, contentHash }: SeenEntry): SeenEntry {
  return { kind, identity, contentHash };
}

/** What one folder holds; the root is the empty path. */
export interface FolderListing {
  readonly path: string;
  readonly entries: readonly LocalEntry[];
  /** False when it could not be listed to its end, so that nothing can be concluded from absence. */
  readonly complete: boolean;
  /** Whether other entries are ignored here and below than when it was listed last: everything below has to be listed again. */
  readonly rulesChanged: boolean;
}

/** A local entry that was given the id of its node. `name` is the one at the service. */
export interface LocalNode extends PlacedNode {
  readonly kind: NodeKind;
  readonly entry: SeenEntry;
  /** Undefined while the file must be read before its content is known. */
  readonly contentHash: ContentHash | undefined;
  readonly executable: boolean;
  /** Name on the disk, where it is another one. */
  readonly localName?: string | undefined;
}

export type RemoteTree = NodeTree<RemoteNode>;
export type SyncedTree = NodeTree<SyncedNode>;
export type LocalTree = NodeTree<LocalNode>;

/**
 * The same state of the same file: nothing was written, renamed or changed on it in between. The time of the last change
 * (ctime) counts, because a program can set the time of the last write back after writing.
 */
export function sameState(a: LocalIdentity, b: LocalIdentity): boolean {
  return (
    a.device === b.device &&
    a.inode === b.inode &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

/** The same file, and nothing was written to it in between, by what its times tell: a rename or a change of permissions may have been. */
export function sameWrite(a: LocalIdentity, b: LocalIdentity): boolean {
  return a.device === b.device && a.inode === b.inode && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

/**
 * The same file or folder, perhaps renamed or edited since. Inode numbers are used again, so the time of birth must agree
 * too; where the file system keeps none, size and time of the last write stand in for it.
 */
export function sameObject(a: LocalIdentity, b: LocalIdentity): boolean {
  if (a.device !== b.device || a.inode !== b.inode) return false;
  if (a.birthNs !== 0n && a.birthNs === b.birthNs) return true;
  return a.size === b.size && a.mtimeNs === b.mtimeNs;
}

/** A number that every state of one object has in common, and hardly any other object. Small, because there may be many. */
export function objectKey({ inode }: LocalIdentity): number {
  return Number(BigInt.asIntN(32, inode));
}

/** The same folder, whatever was put into it or taken out in between. */
export function sameFolder(a: LocalIdentity, b: LocalIdentity): boolean {
  if (a.device !== b.device || a.inode !== b.inode) return false;
  return a.birthNs === 0n || b.birthNs === 0n || a.birthNs === b.birthNs;
}

/** Whether the bytes or the permission to run differ. Unknown bytes are different from all others. */
export function sameContent(
  a: { readonly contentHash: ContentHash | undefined; readonly executable: boolean },
  b: { readonly contentHash: ContentHash | undefined; readonly executable: boolean },
): boolean {
  return a.contentHash !== undefined && a.contentHash === b.contentHash && a.executable === b.executable;
}

/** What a node is called on the disk. */
export function localNameOf(node: { readonly name: string; readonly localName?: string | undefined }): string {
  return node.localName ?? node.name;
}

/** Path of a node on the disk, or undefined when it does not hang together with the root. */
export function diskPath(tree: TreeReader<LocalNode>, rootId: NodeId, nodeId: NodeId): string | undefined {
  let path = '';
  const seen = new Set<NodeId>();
  for (let current = nodeId; current !== rootId; ) {
    const node = tree.get(current);
    if (node === undefined || seen.has(current)) return undefined;
    seen.add(current);
    const name = localNameOf(node);
    path = path === '' ? name : `${name}/${path}`;
    current = node.parentId;
  }
  return path;
}

/** Path of the folder that holds the entry at `path`. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

export type NodeIdSource = () => NodeId;
