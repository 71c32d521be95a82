import type { ContentHash, NamespaceId, NodeId } from '@syncline/protocol';
import { NoRoomError, type RoomClaim } from './disk-room.ts';
import { agreedNode, type Execution, folderIdentity, localNameFor, localPath, report } from './execution.ts';
import { holdBack, isResting, lacksRoom } from './hold-back.ts';
import { closeStaged, type FetchedFile } from './large-transfers.ts';
import { DOWNLOAD_SLICE_FILES, DOWNLOADS_MAX } from './limits.ts';
import { localContents } from './local-contents.ts';
import type { LocalContents } from './nearer-contents.ts';
import { Placing } from './placing.ts';
import { type DiskOutcome, DiskRefusedError, type EnginePorts, type StagedContent } from './ports.ts';
import { runBounded } from './run-bounded.ts';
import { localNode, settle, settleAt } from './settle-local.ts';
import { aheadKey, downloadKey } from './staging-keys.ts';
import { takeTransfer } from './take-transfer.ts';
import { TransferQueue } from './transfer-queue.ts';
import { joinPath, type LocalIdentity, type LocalNode, localNameOf, type RemoteNode, sameContent } from './trees.ts';
import { writeDown } from './write-down.ts';

/** A content to fetch, and what stands on the disk where it is to go. */
interface Download {
  readonly namespaceId: NamespaceId;
  readonly there: RemoteNode & { readonly contentHash: ContentHash };
  readonly here: LocalNode | undefined;
  readonly path: string;
  readonly into: LocalIdentity | undefined;
}

/**
 * Fetches contents and puts them in their places: small ones several at once, the next ones while others are published and what was
 * agreed by them is written down; large ones beside this round and later ones, each published by the first round that finds it whole.
 */
export async function executeDownloads(execution: Execution, nodeIds: readonly NodeId[]): Promise<void> {
  const sizeOf = (nodeId: NodeId): number => execution.trees.remote.get(nodeId)?.size ?? 0;
  const small = nodeIds.filter((nodeId) => sizeOf(nodeId) <= execution.largeFileBytes);
  await downloadSmall(execution, queueOf(execution, small));
  await executeLargeDownloads(
    execution,
    nodeIds.filter((nodeId) => sizeOf(nodeId) > execution.largeFileBytes),
  );
}

/** Publishes what large transfers have fetched, and begins others where there is room. What goes on, or waits, is in `left` then. */
export async function executeLargeDownloads(execution: Execution, nodeIds: readonly NodeId[]): Promise<void> {
  if (nodeIds.length === 0) return;
  const { transfers, left } = execution;
  const waiting: NodeId[] = [];
  for (const nodeId of nodeIds) {
    left.delete(nodeId);
    const download = openDownload(execution, nodeId);
    if (download === undefined) continue;
    const key = downloadKey(download.there);
    transfers.downloads.standsAt(key, download.path);
    if (hasBytes(download)) await place(execution, download, undefined);
    else {
      const taken = takeTransfer(execution, transfers.downloads, { nodeId, key });
      if (taken === 'none') waiting.push(nodeId);
      else if (taken !== 'left') await place(execution, download, taken.value);
    }
  }
  const queue = queueOf(execution, waiting);
  const { pace } = execution;
  for (let nodeId = queue.take(pace); nodeId !== undefined; nodeId = queue.take(pace)) {
    await beginDownload(execution, nodeId);
  }
  execution.problems.push(...(await writeDown(execution)));
}

async function downloadSmall(execution: Execution, queue: TransferQueue<NodeId>): Promise<void> {
  if (queue.rest.length === 0) return;
  const placing = new Placing(groupsOf(execution), execution.ports.clock);
  const next = function* (): Iterable<NodeId> {
    for (let count = 0; !execution.isStopping(); count++) {
      if (count >= DOWNLOAD_SLICE_FILES && execution.givesWay()) break;
      const nodeId = queue.take(execution.pace);
      if (nodeId === undefined) break;
      yield nodeId;
    }
    placing.allBegun();
  };
  execution.ports.remote.expect(queue.rest.flatMap((nodeId) => contentToFetch(execution, nodeId)));
  try {
    await runBounded(next(), DOWNLOADS_MAX, async (nodeId) => {
      const download = openDownload(execution, nodeId);
      if (download === undefined) return;
      const isThere = hasBytes(download);
      if (!isThere && (execution.storeFailure !== undefined || rests(execution, download))) return;
      const file = isThere ? undefined : await fetchSmall(execution, download);
      if (isThere || isWhole(file, download.there))
        await placing.add({ download, file, bytes: file === undefined ? 0 : download.there.size });
      // What has not come is told at once: the store may be away for all others, too.
      else if (file !== undefined) await place(execution, download, file);
    });
  } finally {
    // Whatever has failed, what was fetched is placed before anything else is done to the disk.
    await endPlacing(placing);
  }
  for (const nodeId of queue.rest) execution.left.add(nodeId);
  await agree(execution);
}

async function endPlacing(placing: Placing<Fetched>): Promise<void> {
  try {
    await placing.end();
  } finally {
    await closeAll(placing.rest);
  }
}

async function closeAll(group: readonly Fetched[]): Promise<void> {
  for (const { file } of group) if (file !== undefined) await closeStaged(file);
}

/** Something to put in its place, without a file only with other permissions. */
interface Fetched {
  readonly download: Download;
  readonly file: FetchedFile | undefined;
  readonly bytes: number;
}

/** Places groups of files one after the other, and writes down now and then what was agreed on with them. */
function groupsOf(execution: Execution): (group: readonly Fetched[]) => Promise<void> {
  let placed = 0;
  return async (group) => {
    try {
      await makeDurable(execution, group);
      await runBounded(group, DOWNLOADS_MAX, ({ download, file }) => place(execution, download, file));
    } catch (failure) {
      await closeAll(group);
      throw failure;
    }
    placed += group.length;
    if (placed < DOWNLOAD_SLICE_FILES) return;
    placed = 0;
    // Nothing new may be agreed on meanwhile: the disk would not have it for good.
    await agree(execution);
  };
}

/** Files that come to free places, of which no former content has to be made durable first. */
async function makeDurable({ ports: { files } }: Execution, group: readonly Fetched[]): Promise<void> {
  const fresh = group.flatMap(({ download: { here, there }, file }) =>
    here === undefined && isWhole(file, there) ? [{ ...there, staged: file.staged }] : [],
  );
  if (fresh.length > 1) await files.makeDurable?.(fresh);
}

function isWhole(
  file: FetchedFile | undefined,
  there: Download['there'],
): file is Extract<FetchedFile, { readonly kind: 'staged' }> {
  return file?.kind === 'staged' && file.fetched.kind === 'fetched' && file.fetched.contentHash === there.contentHash;
}

/** Undefined when the disk has no room for it, which was told then. */
async function fetchSmall(execution: Execution, download: Download): Promise<FetchedFile | undefined> {
  const claim = await claimRoom(execution, download);
  if (claim === undefined) return undefined;
  const parts = { ports: execution.ports, local: localContents(execution), claim };
  return fetchStaged(parts, download).finally(() => claim.release());
}

/** Room for what is not staged yet of a content; undefined when the disk has none, which is told then. */
async function claimRoom(execution: Execution, { there, path }: Download): Promise<RoomClaim | undefined> {
  const { files } = execution.ports;
  const isLarge = there.size > execution.largeFileBytes;
  const stagedBytes = isLarge
    ? (files.stagedBytes(downloadKey(there)) ?? files.stagedBytes(aheadKey(there.contentHash)))
    : undefined;
  const claim = await execution.transfers.room.claim(Math.max(0, there.size - (stagedBytes ?? 0)));
  if ('spend' in claim) return claim;
  lacksRoom(execution, { nodeId: there.nodeId, path }, claim);
  return undefined;
}

function rests(execution: Execution, { there, path }: Download): boolean {
  return isResting(execution, { nodeId: there.nodeId, path }, () => downloadKey(there));
}

async function agree(execution: Execution): Promise<void> {
  execution.problems.push(...(await writeDown(execution)));
}

function queueOf({ trees }: Execution, nodeIds: readonly NodeId[]): TransferQueue<NodeId> {
  return new TransferQueue(
    nodeIds.map((item) => {
      const there = trees.remote.get(item);
      const { parentId: folder = '', name = '', size: bytes = 0, modifiedAtMs: changedAt = 0 } = there ?? {};
      return { item, bytes, changedAt, folder, name };
    }),
  );
}

function namespaceOf({ trees }: Pick<Execution, 'trees'>, { parentId }: RemoteNode): NamespaceId | undefined {
  return trees.mounts.addressOf(trees.remote, parentId)?.namespaceId;
}

function contentToFetch({ trees }: Pick<Execution, 'trees'>, nodeId: NodeId) {
  const there = trees.remote.get(nodeId);
  const namespaceId = there === undefined ? undefined : namespaceOf({ trees }, there);
  if (there?.contentHash === undefined || namespaceId === undefined) return [];
  return [{ namespaceId, nodeId, rev: there.contentRev, size: there.size }];
}

function openDownload(execution: Execution, nodeId: NodeId): Download | undefined {
  const { trees, local } = execution;
  const there = trees.remote.get(nodeId);
  if (there?.contentHash === undefined || execution.failed.has(nodeId) || execution.isStopping()) return undefined;
  const here = local.tree.get(nodeId);
  // What was sent meanwhile by this very plan has nothing to fetch.
  if (here !== undefined && sameContent(here, there)) return undefined;
  const folderId = here?.parentId ?? there.parentId;
  const folder = localPath(execution, folderId);
  const namespaceId = namespaceOf(execution, there);
  if (folder === undefined || namespaceId === undefined) return undefined;
  const localName = (here === undefined ? undefined : localNameOf(here)) ?? localNameFor(execution, nodeId, there);
  return {
    namespaceId,
    there: { ...there, contentHash: there.contentHash },
    here,
    path: joinPath(folder, localName),
    into: folderIdentity(execution, folderId),
  };
}

function hasBytes({ there, here }: Download): boolean {
  return here !== undefined && here.contentHash === there.contentHash;
}

async function beginDownload(execution: Execution, nodeId: NodeId): Promise<void> {
  const { ports, transfers, left } = execution;
  const download = openDownload(execution, nodeId);
  if (download === undefined || rests(execution, download)) return;
  const { there, path } = download;
  const key = downloadKey(there);
  left.add(nodeId);
  if (!transfers.downloads.hasRoom(there.size) || transfers.downloads.has(key)) return;
  const claim = await claimRoom(execution, download);
  if (claim === undefined) {
    left.delete(nodeId);
    return;
  }
  const local = localContents(execution);
  transfers.downloads.begin({
    key,
    path,
    bytes: there.size,
    run: async (ground) => {
      const file = await fetchStaged({ ports, local, claim }, download, () => ground.isWanted()).finally(() =>
        claim.release(),
      );
      if (file.kind !== 'staged' || file.fetched.kind !== 'held-back' || file.fetched.scope === 'chunk') return file;
      await file.staged.close();
      throw file.fetched.failure;
    },
  });
}

/** Fetches a content into staging, which is left open for `place`. */
async function fetchStaged(
  {
    ports: { files, remote },
    local,
    claim,
  }: { readonly ports: EnginePorts; readonly local: LocalContents; readonly claim: RoomClaim },
  { there, namespaceId }: Download,
  isWanted: () => boolean = () => true,
): Promise<FetchedFile> {
  try {
    const { nodeId, contentRev: rev, contentHash, size } = there;
    const ahead = await remote.takeAhead({ contentHash, size });
    const staged = await files.stage({ key: downloadKey(there), size, from: ahead?.key });
    try {
      return {
        kind: 'staged',
        staged,
        fetched: await remote.fetch({
          namespaceId,
          nodeId,
          rev,
          size,
          into: whileWanted(staged, { isWanted, claim }),
          local,
          ahead,
        }),
      };
    } catch (failure) {
      await staged.close();
      throw failure;
    }
  } catch (failure) {
    if (failure instanceof NoRoomError) return { kind: 'no-room', lack: failure.lack };
    if (failure instanceof DiskRefusedError) return { kind: 'disk-refused', reason: failure.reason };
    throw failure;
  }
}

/** Takes no more bytes once they are not wanted, or the disk has no room for them: that ends the transfer. */
function whileWanted(
  staged: StagedContent,
  { isWanted, claim }: { readonly isWanted: () => boolean; readonly claim: RoomClaim },
): StagedContent {
  return {
    resumed: staged.resumed,
    isTakenOver: staged.isTakenOver,
    flush: () => staged.flush(),
    readSync: (range) => staged.readSync(range),
    close: () => staged.close(),
    write: async (offset, bytes) => {
      if (!isWanted()) throw new DiskRefusedError('nobody wants these bytes any more');
      await claim.spend(bytes.length, () => staged.write(offset, bytes));
    },
  };
}

/** Puts what was fetched under its name; without it only the permission to run differs. */
async function place(execution: Execution, download: Download, file: FetchedFile | undefined): Promise<void> {
  const { there, here, path } = download;
  const { nodeId, contentHash, executable } = there;
  let outcome: DiskOutcome | undefined;
  if (file !== undefined) outcome = await publish(execution, download, file);
  else if (here !== undefined) {
    outcome = await execution.ports.files.setExecutable({ path, identity: here.entry.identity, executable });
  }
  if (outcome === undefined || !settle(execution, path, outcome)) return;
  const parentId = here?.parentId ?? there.parentId;
  const name = here?.name ?? there.name;
  const node = { ...localNode(nodeId, { parentId, name, entry: outcome.entry }), contentHash };
  settleAt(execution.local, node);
  execution.trees.setSynced(agreedNode(there, node));
  execution.counts.downloaded += 1;
}

async function publish(execution: Execution, download: Download, file: FetchedFile): Promise<DiskOutcome | undefined> {
  if (file.kind === 'disk-refused') return { kind: 'failed', reason: file.reason };
  if (file.kind === 'no-room') {
    lacksRoom(execution, { nodeId: download.there.nodeId, path: download.path }, file.lack);
    return undefined;
  }
  try {
    try {
      return await publishStaged(execution, download, file);
    } finally {
      await file.staged.close();
    }
  } catch (failure) {
    if (failure instanceof DiskRefusedError) return { kind: 'failed', reason: failure.reason };
    throw failure;
  }
}

async function publishStaged(
  execution: Execution,
  { there, here, path, into }: Download,
  { staged, fetched }: Extract<FetchedFile, { readonly kind: 'staged' }>,
): Promise<DiskOutcome | undefined> {
  if (fetched.kind === 'refused') {
    const { remedy, detail, requestId } = fetched.problem;
    if (remedy === 'resync') execution.isOvertaken = true;
    else report(execution, { path, reason: 'refused', detail, requestId });
    return undefined;
  }
  if (fetched.kind === 'held-back') {
    holdBack(execution, { nodeId: there.nodeId, path, key: downloadKey(there) }, fetched);
    return undefined;
  }
  if (fetched.kind === 'damaged' || fetched.contentHash !== there.contentHash) {
    report(execution, { path, reason: 'damaged' });
    return undefined;
  }
  const { executable, modifiedAtMs } = there;
  const replaces = here?.entry.identity;
  return execution.ports.files.publish({ staged, path, into, replaces, executable, modifiedAtMs });
}
