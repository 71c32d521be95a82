import { basename } from 'node:path';
import type { UploadId } from '@syncline/protocol';
import type { Command } from 'commander';
import { formatBytes } from '../engine/format-bytes.ts';
import { type UploadOutcome, uploadFiles } from '../transfers/upload-files.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { type Committed, commitOperation } from './commit-operation.ts';
import { quote } from './escape-text.ts';
import { type LocalFile, localFileError, openLocalFile } from './local-file.ts';
import type { Session } from './open-session.ts';
import { type Destination, parseRemotePath, resolveDestination } from './remote-path.ts';

export function registerPut(program: Command, run: RunCommand): void {
  program
    .command('put')
    .description('Stores a local file.')
    .argument('<local>', 'the file')
    .argument('[remote]', 'its path in Syncline, or the folder to put it into', '/')
    .action(run(put));
}

async function put(context: CommandContext, [local, remote]: readonly [string, string]): Promise<void> {
  const { signal, output } = context;
  const path = parseRemotePath(remote);
  const session = await context.session();
  const file = await openLocalFile(local, session.account.homeNamespaceId);
  try {
    const destination = await resolveDestination(session, { path, ownName: basename(local) }, signal);
    if (destination.present !== undefined && destination.present.kind !== 'file') throw folderInTheWay(destination);
    const uploadId = await upload(context, { session, file, local, destination });
    const committed = await commit(session, { file, destination, uploadId }, signal);
    const { node } = committed;
    output.result({ path: destination.path.text, node, uploadId }, [
      `Stored ${quote(destination.path.text)}, ${formatBytes(node.size)}, revision ${node.rev}.`,
    ]);
  } finally {
    await file.close();
  }
}

async function upload(
  { output, signal }: CommandContext,
  job: {
    readonly session: Session;
    readonly file: LocalFile;
    readonly local: string;
    readonly destination: Destination;
  },
): Promise<UploadId> {
  const { session, file, local, destination } = job;
  const { parent, present } = destination;
  const base =
    present?.kind === 'file' ? { nodeId: present.nodeId, rev: present.contentRev, size: present.size } : undefined;
  const source = { ...file.source, namespaceId: parent.namespaceId, base };
  const progress = output.progress(`Storing ${basename(local)}`);
  let outcome: UploadOutcome | undefined;
  try {
    [outcome] = await uploadFiles(session, [source], { signal, onProgress: progress.update });
  } finally {
    progress.end();
  }
  if (outcome?.kind === 'refused') throw problemError(outcome.problem, quote(destination.path.text));
  if (outcome?.kind === 'unreadable') throw localFileError(local, outcome.cause);
  if (outcome?.kind === 'uploaded' && (await file.isUnchanged())) return outcome.uploadId;
  throw new CommandError({
    reason: 'localFile',
    code: 'local_changed',
    message: `${quote(local)} changed while it was read; nothing was stored.`,
    remedy: 'Repeat the command when nothing writes to it any more.',
  });
}

/** The file that was seen at the path gets a new revision; if it was changed since, nothing is written. */
function commit(
  session: Session,
  job: { readonly file: LocalFile; readonly destination: Destination; readonly uploadId: UploadId },
  signal: AbortSignal,
): Promise<Committed> {
  const { file, destination, uploadId } = job;
  const { parent, name, present, path } = destination;
  const operation = {
    type: 'put',
    parentId: parent.nodeId,
    name: present?.name ?? name,
    ...(present === undefined ? {} : { nodeId: present.nodeId }),
    baseRev: present?.rev ?? 0,
    uploadId,
    executable: file.executable,
    clientModifiedAt: file.modifiedAt,
    // This command keeps no clock of its own: it has seen as many changes of the file as the file has revisions.
    clock: (present?.rev ?? 0) + 1,
    onConflict: 'fail',
  } as const;
  return commitOperation(session, { operation, path: path.text, namespaceId: parent.namespaceId }, signal);
}

function folderInTheWay({ path }: Destination): CommandError {
  return new CommandError({
    reason: 'conflict',
    code: 'is_a_folder',
    message: `${quote(path.text)} is a folder; nothing was stored.`,
    remedy: 'Choose another name.',
  });
}
