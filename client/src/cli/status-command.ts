import type { Command } from 'commander';
import type { Step } from '../engine/steps.ts';
import type { LinkedFolder } from '../platform/node/linked-folders.ts';
import { readLinkedFolders } from '../platform/node/linked-folders.ts';
import { openEngine } from '../sync/open-engine.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { escapeText, quote } from './escape-text.ts';

export function registerStatus(program: Command, run: RunCommand): void {
  program
    .command('status')
    .description('Shows the linked folders, what is still to be synced, and what stands in the way. Asks no server.')
    .action(run(showStatus));
}

interface FolderStatus {
  readonly path: string;
  readonly folderId: string;
  readonly namespaceId: string;
  readonly state: 'rested' | 'pending' | 'root-missing' | 'root-foreign' | 'refused';
  /** The newest journal entry that this device has seen. */
  readonly seq: number;
  readonly syncedNodes: number;
  /** Changes of the disk, and of the service as far as this device knows, that the next sync carries over. */
  readonly pending: { readonly upload: number; readonly download: number; readonly other: number };
  readonly problems: readonly { readonly path: string; readonly reason: string; readonly detail: string }[];
}

async function showStatus(context: CommandContext): Promise<void> {
  const folders = await readLinkedFolders(context.home);
  const statuses: FolderStatus[] = [];
  for (const folder of folders) statuses.push(await readStatus(context, folder));
  const lines = statuses.length === 0 ? ['No folder is linked on this device.'] : statuses.flatMap(describe);
  context.output.result({ folders: statuses }, lines);
}

async function readStatus(context: CommandContext, folder: LinkedFolder): Promise<FolderStatus> {
  const session = await context.session();
  const { home, deviceName } = session;
  const { engine, close } = openEngine(session, { folder, home, deviceName, signal: context.signal });
  try {
    const planned = await engine.plan({ offline: true });
    const steps = planned.kind === 'planned' ? planned.plan.steps : [];
    const { path, folderId, namespaceId } = folder;
    return {
      path,
      folderId,
      namespaceId,
      state: planned.kind !== 'planned' ? planned.kind : steps.length === 0 ? 'rested' : 'pending',
      seq: engine.trees.position.seq,
      syncedNodes: engine.trees.synced.size,
      pending: countPending(steps),
      problems: planned.kind === 'planned' ? planned.plan.problems : [],
    };
  } finally {
    close();
  }
}

function countPending(steps: readonly Step[]): FolderStatus['pending'] {
  let upload = 0;
  let download = 0;
  for (const step of steps) {
    if (step.type === 'upload') upload += 1;
    else if (step.type === 'download') download += 1;
  }
  return { upload, download, other: steps.length - upload - download };
}

function describe(status: FolderStatus): readonly string[] {
  const { upload, download, other } = status.pending;
  const pending = `${upload} files to upload, ${download} to download, ${other} other changes`;
  const lines = [`${quote(status.path)}: ${status.state}, ${status.syncedNodes} files and folders synced, ${pending}`];
  for (const problem of status.problems) {
    lines.push(`  ${quote(problem.path)} (${problem.reason}): ${escapeText(problem.detail)}`);
  }
  return lines;
}
