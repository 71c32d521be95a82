import {
  assert,
  type NodeId,
  nameKey,
  numberedName,
  type Operation,
  type OperationError,
  operationError,
  opId,
  type PutOperation,
  type RouteResponse,
  type StoreLinkFilesRequest,
  type UploadId,
} from '@syncline/protocol';
import { commitOperations } from '../journal/commit-operations.ts';
import type { CommitDependencies } from '../journal/commit-to-namespace.ts';
import { decidePut } from '../journal/decide-put.ts';
import type { Decision } from '../journal/decision.ts';
import type { OperationContext } from '../journal/operation-context.ts';
import { withinQuota } from '../journal/within-quota.ts';
import { type NamespaceStore, placeKey } from '../namespaces/namespace-store.ts';
import type { LinkVisitor } from '../runtime/caller.ts';
import { RETRY_AFTER_SECONDS } from '../runtime/limits.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { hideNumbers } from './hide-numbers.ts';
import { NAME_TRIES_MAX, NUMBERED_NAMES_MAX } from './limits.ts';
import type { StoredLink } from './link-store.ts';
import { linkUploader, namespacesOfLink } from './link-uploader.ts';
import { ended, type OpenLinkDependencies, openLink } from './open-link.ts';
import { storeBytes } from './pending-bytes.ts';

export type StoreLinkFilesDependencies = OpenLinkDependencies & Omit<CommitDependencies, 'decide'>;

type LinkFile = StoreLinkFilesRequest['files'][number];
/** What became of uploads: undefined for those that are files. */
type Stored = Map<UploadId, OperationError | undefined>;

/**
 * Makes uploads of this link files in its folder, each under its name, or a numbered one that is free. Whatever stands there already, the
 * answer is the same. The link is recorded as the writer.
 *
 * Idempotent by upload for OPERATION_RESULT_MS: a repeat makes no second file, and counts nothing. Each file counts as a use of the link
 * before it is committed; one that is refused is given back.
 */
export async function storeLinkFiles(
  dependencies: StoreLinkFilesDependencies,
  request: StoreLinkFilesRequest & { readonly token: string },
  visitor: LinkVisitor,
): Promise<Outcome<RouteResponse<'storeLinkFiles'>>> {
  const { links } = dependencies;
  const opened = await openLink(dependencies, { token: request.token, visitor, role: 'upload', isCounted: true });
  if (opened.kind === 'refused') return opened;
  const { link, target, now } = opened.value;
  const namespaces = namespacesOfLink(dependencies.namespaces, link);
  const files = [...new Map(request.files.map((file) => [file.uploadId, file])).values()];
  const stored: Stored = await findStored(namespaces, link, files);
  const fresh = files.filter(({ uploadId }) => !stored.has(uploadId));
  if (fresh.length > 0) {
    if (!(await links.countUses(link.tokenHash, fresh.length))) return ended('exhausted');
    const folder = { link, folderId: target.nodeId };
    const { made, stored: added } = await commitFiles({ ...dependencies, namespaces }, folder, fresh);
    const refused = [...made.values()].filter((error) => error !== undefined).length;
    if (refused > 0) await links.countUses(link.tokenHash, -refused);
    for (const [uploadId, error] of made) stored.set(uploadId, error);
    await storeBytes({ attempts: dependencies.attempts, tokenHash: link.tokenHash, now }, added);
  }
  return done({
    files: request.files.map(({ uploadId }) => {
      const error = stored.get(uploadId);
      return error === undefined ? { status: 'stored' } : { status: 'error', error: hideNumbers(error) };
    }),
  });
}

/** An upload names the operation that makes it a file. */
function operationOf(uploadId: UploadId) {
  return opId(uploadId, 0);
}

async function findStored(namespaces: NamespaceStore, link: StoredLink, files: readonly LinkFile[]): Promise<Stored> {
  const { accountId, device } = linkUploader(link);
  const results = await namespaces.getResults(
    { accountId, deviceId: device.deviceId },
    files.map(({ uploadId }) => operationOf(uploadId)),
  );
  const known = files.filter(({ uploadId }) => results.has(operationOf(uploadId)));
  return new Map(known.map(({ uploadId }) => [uploadId, undefined]));
}

interface LinkFolder {
  readonly link: StoredLink;
  readonly folderId: NodeId;
}

async function commitFiles(
  dependencies: StoreLinkFilesDependencies,
  { link, folderId }: LinkFolder,
  files: readonly LinkFile[],
): Promise<{ readonly made: Stored; readonly stored: Parameters<typeof storeBytes>[1] }> {
  const made: Stored = new Map();
  const stored: Parameters<typeof storeBytes>[1][number][] = [];
  for (let attempt = 1; attempt <= NAME_TRIES_MAX && made.size < files.length; attempt++) {
    const open = files.filter(({ uploadId }) => !made.has(uploadId));
    const names = await chooseNames(dependencies.namespaces, { link, folderId }, open);
    const operations = open.map((file) => putOf({ link, folderId }, file, names.get(file.uploadId) ?? file.name));
    const { results } = await commitOperations(
      { ...dependencies, decide: decideFile },
      { operations },
      linkUploader(link),
    );
    for (const [index, result] of results.entries()) {
      const uploadId = open[index]?.uploadId;
      assert(uploadId !== undefined, 'every operation is answered');
      if (result.status === 'committed') {
        made.set(uploadId, undefined);
        stored.push({ uploadId, bytes: result.node.size });
      } else if (result.status === 'error') made.set(uploadId, result.error);
      else if (result.conflict.kind !== 'name_taken') made.set(uploadId, ended('gone').error);
    }
  }
  for (const { uploadId } of files) if (!made.has(uploadId)) made.set(uploadId, busy());
  return { made, stored };
}

/** A link makes files, and nothing else. */
async function decideFile(context: OperationContext, operation: Operation): Promise<Decision> {
  assert(operation.type === 'put', 'what a link commits is a file');
  return withinQuota(context, await decidePut(context, operation));
}

function busy(): OperationError {
  const retryAfterSeconds = RETRY_AFTER_SECONDS;
  return operationError('unavailable', 'too many files at once: repeat the same request', { retryAfterSeconds });
}

function putOf({ link, folderId }: LinkFolder, file: LinkFile, name: string): PutOperation {
  const { uploadId, clientModifiedAt } = file;
  return {
    type: 'put',
    opId: operationOf(uploadId),
    namespaceId: link.namespaceId,
    parentId: folderId,
    name,
    baseRev: 0,
    uploadId,
    clock: 1,
    onConflict: 'fail',
    ...(clientModifiedAt === undefined ? {} : { clientModifiedAt }),
  };
}

/** A name for each file that nothing in the folder has, and no other of these files. Cost: a BatchGetItem per 100 names. */
async function chooseNames(
  namespaces: NamespaceStore,
  { link, folderId }: LinkFolder,
  files: readonly LinkFile[],
): Promise<ReadonlyMap<UploadId, string>> {
  const chosen = new Map<UploadId, string>();
  const taken = new Set<string>();
  for (const { uploadId, name } of files) {
    const names = [
      name,
      ...Array.from({ length: NUMBERED_NAMES_MAX - 1 }, (_, index) => numberedName(name, index + 2)),
    ];
    const places = names.map((each) => ({ parentId: folderId, nameKey: nameKey(each) }));
    const found = await namespaces.getPlaces(link.namespaceId, places);
    const free = names.find((each) => {
      const key = nameKey(each);
      return !taken.has(key) && !found.has(placeKey({ parentId: folderId, nameKey: key }));
    });
    // An upload's id is random.
    const own = free ?? numberedName(name, uploadId);
    taken.add(nameKey(own));
    chosen.set(uploadId, own);
  }
  return chosen;
}
