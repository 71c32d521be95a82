import {
  type NamespaceId,
  RETENTION_DAYS_MAX,
  RETENTION_DAYS_MIN,
  type Retention,
  type RetentionLoss,
  type Thinning,
} from '@syncline/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatBytes } from '../engine/format-bytes.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { quote } from './escape-text.ts';
import type { Session } from './open-session.ts';
import { parseRemotePath } from './remote-path.ts';
import { requireSharedFolder, sharingError } from './shared-folder.ts';

interface RetentionOptions {
  readonly days?: number;
  readonly thinning?: Thinning;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function registerRetention(program: Command, run: RunCommand): void {
  program
    .command('retention')
    .description('Shows, and for owners sets, how long what was replaced or deleted is kept.')
    .argument('[path]', 'a shared folder; all else that is yours without it', '/')
    .option('--days <n>', `from ${RETENTION_DAYS_MIN} to ${RETENTION_DAYS_MAX}`, parseDays)
    .addOption(
      new Option(
        '--thinning <how>',
        'keep one revision an hour, later one a day; or all until the days are over',
      ).choices(['days', 'none']),
    )
    .option('--dry-run', 'only tell what would go')
    .option('--yes', 'set it although something goes')
    .action(run(retention));
}

async function retention(
  context: CommandContext,
  [given]: readonly [string],
  options: RetentionOptions,
): Promise<void> {
  const { signal, output } = context;
  const session = await context.session();
  const { text } = parseRemotePath(given);
  const namespaceId = await namespaceOf(session, given, signal);
  const parameters = { namespaceId };
  if (options.days === undefined && options.thinning === undefined) {
    const answer = await session.api.getRetention({ parameters, signal });
    if (!answer.ok) throw sharingError(answer.problem, quote(text));
    output.result({ path: text, ...answer.value }, [`${quote(text)} ${describe(answer.value.retention)}.`]);
    return;
  }
  const { days, thinning } = options;
  const wanted = { ...(days === undefined ? {} : { days }), ...(thinning === undefined ? {} : { thinning }) };
  const told = await session.api.setRetention({ parameters, body: { ...wanted, dryRun: true }, signal });
  if (!told.ok) throw sharingError(told.problem, quote(text));
  const goes = describeLoss(told.value.loss);
  if (options.dryRun === true) {
    const lines = [
      `${quote(text)} would be one that ${describe(told.value.retention)}.`,
      `The next expiry lets go ${goes}.`,
    ];
    output.result({ path: text, dryRun: true, ...told.value }, lines);
    return;
  }
  if (isLoss(told.value.loss) && options.yes !== true) {
    throw new CommandError({
      reason: 'conflict',
      code: 'would_let_go',
      message: `With that the next expiry of ${quote(text)} lets go ${goes}, for good. Nothing was changed.`,
      remedy: 'Label what is to stay, or repeat the command with --yes.',
    });
  }
  const answer = await session.api.setRetention({ parameters, body: wanted, signal });
  if (!answer.ok) throw sharingError(answer.problem, quote(text));
  output.result({ path: text, ...answer.value }, [
    `${quote(text)} ${describe(answer.value.retention)} from the next expiry on. That lets go ${describeLoss(answer.value.loss)}.`,
  ]);
}

async function namespaceOf(session: Session, given: string, signal: AbortSignal): Promise<NamespaceId> {
  if (parseRemotePath(given).names.length === 0) return session.account.homeNamespaceId;
  return (await requireSharedFolder(session, given, signal)).namespaceId;
}

function describe({ days, thinning }: Retention): string {
  const kept = `keeps what was replaced or deleted for ${days} ${days === 1 ? 'day' : 'days'}`;
  return thinning === 'none' ? `${kept}, all of it` : `${kept}, revisions ever fewer`;
}

function isLoss({ revisions, deletions, isComplete }: RetentionLoss): boolean {
  return revisions > 0 || deletions > 0 || !isComplete;
}

function describeLoss({ revisions, revisionBytes, deletions, isComplete }: RetentionLoss): string {
  const least = isComplete ? '' : 'at least ';
  if (revisions === 0 && deletions === 0) return isComplete ? 'nothing' : 'more than could be counted';
  return `${least}${revisions} revisions (${formatBytes(revisionBytes)}) and ${deletions} things in the trash`;
}

function parseDays(text: string): number {
  const days = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= RETENTION_DAYS_MIN && days <= RETENTION_DAYS_MAX) return days;
  throw new InvalidArgumentError(`Give a number from ${RETENTION_DAYS_MIN} to ${RETENTION_DAYS_MAX}.`);
}
