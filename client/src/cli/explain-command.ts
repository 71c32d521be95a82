import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type PlainExplanation, plainExplanation } from '../daemon/plain-explanation.ts';
import { explainPath } from '../engine/explain-path.ts';
import type { IgnoreReason } from '../ignore/ignore-rules.ts';
import type { LinkedFolder } from '../platform/node/linked-folders.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { askDaemon } from './daemon-link.ts';
import { escapeText, quote } from './escape-text.ts';
import { OWN, whyIgnored } from './ignore-command.ts';
import { locate } from './locate.ts';
import { readOfflineFolder } from './offline-folder.ts';

export function registerExplain(program: Command, run: RunCommand): void {
  program
    .command('explain')
    .description('Says of one file or folder whether it is synced, and if not, why not and what to do.')
    .argument('<path>', 'a file or folder in a linked folder; it need not exist here')
    .action(run(explain));
}

async function explain(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const { folder, path } = await locate(context.home, given);
  const there = await lstat(join(folder.path, path)).catch(() => undefined);
  const kind = given.endsWith('/') || there?.isDirectory() === true ? 'folder' : 'file';
  const ignored = whyIgnored(folder, path, kind);
  const explanation =
    ignored === undefined ? await explainSynced(context, folder, path) : describeIgnored(path, ignored);
  // What was made a moment ago may not have been looked at yet.
  if (explanation.reason === 'unknown' && there === undefined) throw nothingKnown(given);
  context.output.result({ folder: folder.path, ...explanation }, describe(explanation));
}

function describeIgnored(path: string, ignored: IgnoreReason): PlainExplanation {
  if (ignored === OWN) {
    const detail = 'Syncline keeps its own things there, on every device for itself. It is never synced.';
    return { path, state: 'ignored', reason: 'ignored', detail };
  }
  const { pattern, source } = ignored;
  const detail = `The pattern ${quote(pattern)} says so (${source}). What is ignored stays as it is on both sides.`;
  const remedy = `To sync it all the same: \`syncline ignore add '!${pattern}'\`.`;
  return { path, state: 'ignored', reason: 'ignored', detail, remedy };
}

async function explainSynced(context: CommandContext, folder: LinkedFolder, path: string): Promise<PlainExplanation> {
  const asked = await askDaemon(context, (daemon) => daemon.request('explain', { folderId: folder.folderId, path }));
  return asked ?? explainHere(context, folder, path);
}

function nothingKnown(given: string): CommandError {
  return new CommandError({
    reason: 'notFound',
    code: 'not_found',
    message: `${quote(given)} is neither on this disk nor, as far as is known here, at the service.`,
    remedy: 'Check the path; `syncline ls` shows what the service has.',
  });
}

/** Without a daemon: what the disk and the last sync tell. */
function explainHere(context: CommandContext, folder: LinkedFolder, path: string): Promise<PlainExplanation> {
  return readOfflineFolder(context, folder, (seen): PlainExplanation => {
    if (seen.kind === 'read') return plainExplanation(explainPath(seen.trees, { path, status: seen.status }));
    const detail = 'Its folder is not the one that was linked, so nothing is concluded from it.';
    return { path, state: 'unknown', reason: seen.kind, detail };
  });
}

const STATES: Readonly<Record<PlainExplanation['state'], string>> = {
  synced: 'is synced.',
  pending: 'is still to be synced.',
  problem: 'cannot be synced.',
  ignored: 'is ignored.',
  excluded: 'is not wanted on this device.',
  unknown: 'is not known.',
};

function describe(explanation: PlainExplanation): readonly string[] {
  const { path, state, reason, detail, since, nextAttemptAt, requestId, remedy, remoteName } = explanation;
  return [
    `${quote(path)} ${STATES[state]}`,
    `  why: ${escapeText(detail)} (${reason})`,
    ...(since === undefined ? [] : [`  since: ${since}`]),
    ...(nextAttemptAt === undefined ? [] : [`  tried again: ${nextAttemptAt}`]),
    ...(requestId === undefined ? [] : [`  request: ${requestId}`]),
    ...(remoteName === undefined ? [] : [`  at the service it is called: ${quote(remoteName)}`]),
    // Some reasons say themselves what to do.
    ...(remedy === undefined || remedy === detail ? [] : [`  what to do: ${escapeText(remedy)}`]),
  ];
}
