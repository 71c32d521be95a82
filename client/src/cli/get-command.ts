import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Node, nameDefect } from '@syncline/protocol';
import type { Command } from 'commander';
import { formatBytes } from '../engine/format-bytes.ts';
import { errorCode } from '../platform/node/error-code.ts';
import {
  type DownloadOutcome,
  type DownloadSink,
  type DownloadSource,
  downloadContent,
} from '../transfers/download-content.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { quote } from './escape-text.ts';
import { localFileError, notAFile } from './local-file.ts';
import { onRevision } from './on-revision.ts';
import type { Session } from './open-session.ts';
import { parseRevision } from './parse-revision.ts';
import { parseRemotePath, type RemotePath, requireNode } from './remote-path.ts';
import { createStagedFile } from './staged-file.ts';

export function registerGet(program: Command, run: RunCommand): void {
  program
    .command('get')
    .description('Reads a file into a local one.')
    .argument('<remote>', 'the file in Syncline')
    .argument('[local]', 'where to put it: a new file, or a folder', '.')
    .option('-f, --force', 'replace a local file')
    .option('--rev <n>', 'an older revision, as `syncline history` numbers them', parseRevision)
    .action(run(get));
}

async function get(
  context: CommandContext,
  [remote, local]: readonly [string, string],
  options: { readonly force?: boolean; readonly rev?: number },
): Promise<void> {
  const path = parseRemotePath(remote);
  const session = await context.session();
  const node = await requireFile(session, path, context.signal);
  const replace = options.force === true;
  const { target, mode } = await resolveLocal(node, local, replace);
  const { rev = node.contentRev } = options;
  const source = contentOf(node, rev);
  const { signal } = context;
  const outcome = await onRevision(session, { node, rev, path: path.text, signal }, () =>
    download(context, { session, node, source, path, target, mode, replace }),
  );
  context.output.result({ path: path.text, local: target, node, rev: outcome.rev, contentHash: outcome.contentHash }, [
    `Read ${quote(path.text)} into ${quote(target)}, ${formatBytes(outcome.size)}.`,
  ]);
}

type Downloaded = Extract<DownloadOutcome, { readonly kind: 'downloaded' }>;

async function download(
  { output, signal }: CommandContext,
  job: {
    readonly session: Session;
    readonly node: Node;
    readonly source: DownloadSource;
    readonly path: RemotePath;
    readonly target: string;
    readonly mode: number | undefined;
    readonly replace: boolean;
  },
): Promise<Downloaded> {
  const { session, node, source, path, target, mode, replace } = job;
  const staged = await createStagedFile(target, mode).catch((cause: unknown) => {
    throw localFileError(errorCode(cause) === 'ENOENT' ? dirname(target) : target, cause);
  });
  const progress = output.progress(`Reading ${node.name}`);
  try {
    const sink = guardSink(staged.sink, target);
    const outcome = await downloadContent(session, source, { sink, signal, onProgress: progress.update });
    const downloaded = requireDownloaded(outcome, path);
    const modifiedAt = new Date(node.clientModifiedAt ?? node.modifiedAt);
    await staged.publish({ replace, executable: node.executable === true, modifiedAt }).catch((cause: unknown) => {
      throw localFileError(target, cause);
    });
    return downloaded;
  } finally {
    progress.end();
    await staged.discard();
  }
}

/** @throws CommandError when there is no file at the path. */
export async function requireFile(session: Session, path: RemotePath, signal: AbortSignal): Promise<Node> {
  const node = await requireNode(session, path, signal);
  if (node.kind === 'file') return node;
  throw new CommandError({
    reason: 'refused',
    code: 'is_a_folder',
    message: `${quote(path.text)} is a folder.`,
    remedy:
      'Name a file in it, as `syncline ls` lists them; whole folders travel with `syncline link` and `syncline sync`.',
  });
}

/** A revision, or the content that the node had when it was looked up, so that what is told of it fits what is read. */
export function contentOf({ namespaceId, nodeId, contentRev }: Node, rev = contentRev): DownloadSource {
  return { namespaceId, nodeId, rev };
}

export function requireDownloaded(outcome: DownloadOutcome, path: RemotePath): Downloaded {
  if (outcome.kind === 'downloaded') return outcome;
  if (outcome.kind === 'refused') throw problemError(outcome.problem, quote(path.text));
  throw new CommandError({
    reason: 'unavailable',
    code: 'damaged',
    message: `${quote(path.text)} could not be read as it was stored: ${outcome.detail}. Nothing was kept of it.`,
    remedy: 'Repeat the command; if it stays so, restore another revision and tell the operator.',
  });
}

/** What the file system refuses is told with the name of the file. */
function guardSink(sink: DownloadSink, target: string): DownloadSink {
  return {
    write: (offset, bytes, signal) =>
      sink.write(offset, bytes, signal).catch((cause: unknown) => {
        throw localFileError(target, cause);
      }),
  };
}

/** The local path: as given, or inside a folder under the file's own name. `mode`: that of the file that is to be replaced. */
async function resolveLocal(
  node: Node,
  given: string,
  replace: boolean,
): Promise<{ readonly target: string; readonly mode: number | undefined }> {
  const standing = await statOrUndefined(given);
  const target = standing?.isDirectory() === true ? join(given, localName(node)) : given;
  const inTheWay = target === given ? standing : await statOrUndefined(target);
  if (inTheWay === undefined || (replace && inTheWay.isFile())) return { target, mode: inTheWay?.mode };
  if (!inTheWay.isFile()) throw notAFile(target, inTheWay);
  throw localFileError(target, Object.assign(new Error('in the way'), { code: 'EEXIST' }));
}

/** A name comes from the service: it must not lead out of the folder. */
function localName(node: Node): string {
  const isWindowsPath = process.platform === 'win32' && /[\\:]/.test(node.name);
  if (nameDefect(node.name) === undefined && !isWindowsPath) return node.name;
  throw new CommandError({
    reason: 'refused',
    code: 'bad_name',
    message: `${quote(node.name)} cannot be the name of a file on this computer.`,
    remedy: 'Give the local file another name: `syncline get REMOTE LOCAL`.',
  });
}

async function statOrUndefined(file: string) {
  try {
    return await stat(file);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw localFileError(file, cause);
  }
}
