import {
  type NamespaceId,
  rootNodeId,
  type Webhook,
  type WebhookEnd,
  WebhookId,
  type WebhookOutcome,
} from '@syncline/protocol';
import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import { pathBelow, pathWithin, readMountPaths } from './mount-paths.ts';
import type { Session } from './open-session.ts';
import { parseRemotePath, requireFolder } from './remote-path.ts';

export function registerHooks(program: Command, run: RunCommand): void {
  const hooks = program
    .command('hooks')
    .description('Has servers told of changes, by signed messages to an https address.')
    .action(run(list));
  hooks
    .command('add')
    .description('Has a server told of every change in a folder, wherever it is moved, or of all that is yours with /.')
    .argument('<folder>', 'a folder, or /')
    .argument('<url>', 'such as https://hooks.example.com/syncline')
    .action(run(add));
  hooks
    .command('list')
    .description('Lists the webhooks of the account, and how the last message went.')
    .action(run(list));
  hooks
    .command('test')
    .description('Sends a test message; one that is taken lets a webhook that has ended go on.')
    .argument('<id>', 'as `syncline hooks list` shows it')
    .action(run(test));
  hooks
    .command('remove')
    .description('Ends a webhook for good.')
    .argument('<id>', 'as `syncline hooks list` shows it')
    .action(run(remove));
}

async function add(context: CommandContext, [given, url]: readonly [string, string]): Promise<void> {
  const path = parseRemotePath(given);
  const session = await context.session();
  const { namespaceId, nodeId } = await requireFolder(session, path, context.signal);
  const followed = nodeId === rootNodeId(namespaceId) ? { namespaceId } : { namespaceId, folderId: nodeId };
  const answer = await session.api.createWebhook({ body: { ...followed, url }, signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, quote(url));
  const { webhook, secret } = answer.value;
  context.output.result({ webhook, secret }, [
    secret,
    'The receiver checks signatures with this secret. It is shown this once.',
    `Try it with \`syncline hooks test ${webhook.webhookId}\`, end it with \`syncline hooks remove ${webhook.webhookId}\`.`,
  ]);
}

async function list(context: CommandContext): Promise<void> {
  const session = await context.session();
  const answer = await session.api.listWebhooks({ signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, 'The webhooks');
  const places = await readMountPaths(session, context.signal);
  const webhooks: PlacedWebhook[] = [];
  for (const webhook of answer.value.webhooks) {
    webhooks.push({ ...webhook, path: await pathOf(session, { places, webhook }, context.signal) });
  }
  const isOurs = ({ namespaceId }: Webhook) => topOf(session, places, namespaceId) !== undefined;
  const told = webhooks.flatMap((webhook) => describe(webhook, { isOurs: isOurs(webhook) }));
  const lines = webhooks.length === 0 ? ['There are no webhooks.'] : told;
  context.output.result({ webhooks }, lines);
}

/** With where the account has what it follows now; undefined when that is nowhere. */
type PlacedWebhook = Webhook & { readonly path: string | undefined };

/** Cost: for a folder a request for each level above it. */
async function pathOf(
  session: Session,
  { places, webhook }: { readonly places: ReadonlyMap<NamespaceId, string>; readonly webhook: Webhook },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespaceId, folderId } = webhook;
  const top = topOf(session, places, namespaceId);
  if (top === undefined || folderId === undefined) return top === '' ? '/' : top;
  const path = await pathWithin(session, { namespaceId, nodeId: folderId }, signal);
  return path === undefined ? undefined : pathBelow(top, path);
}

function topOf(
  { account }: Session,
  places: ReadonlyMap<NamespaceId, string>,
  namespaceId: NamespaceId,
): string | undefined {
  return namespaceId === account.homeNamespaceId ? '' : places.get(namespaceId);
}

function describe(webhook: PlacedWebhook, { isOurs }: { readonly isOurs: boolean }): readonly string[] {
  const { webhookId, url, path, last, failingSince, restingSince, end } = webhook;
  const status = last?.status === undefined ? '' : ` (${last.status})`;
  const tried = last === undefined ? 'nothing was sent yet' : `${OUTCOMES[last.outcome]}${status} at ${time(last.at)}`;
  const failing = failingSince === undefined ? '' : `, failing since ${time(failingSince)}`;
  const ended = end === undefined ? '' : `  ended: ${ENDS[end]}`;
  const rests =
    restingSince === undefined || end !== undefined
      ? ''
      : `  resting since ${time(restingSince)}: the folder is in the trash; messages go on when it is restored`;
  const where = path === undefined ? `(${lost(webhook, isOurs)})` : escapeText(path);
  const more = [rests, ended].filter((line) => line !== '');
  return [`${webhookId}  ${where}  ${escapeText(url)}`, `  ${tried}${failing}`, ...more];
}

function lost({ folderId }: Webhook, isOurs: boolean): string {
  return isOurs && folderId !== undefined
    ? `a folder that is not there, ${folderId}`
    : 'a folder that is not yours any more';
}

function time(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

const OUTCOMES = {
  delivered: 'taken',
  refused: 'refused by the receiver',
  unreachable: 'the receiver did not answer',
  forbidden: 'not sent: the name leads to an address that is not public',
} as const satisfies Record<WebhookOutcome, string>;

const ENDS = {
  failing: 'the receiver took nothing for days; repair it, then `syncline hooks test`',
  gone: 'the receiver says that it is gone',
  access_lost: 'this account may not read the folder any more',
  folder_gone: 'the folder is gone for good, and the receiver was told; remove the webhook',
  folder_shared: 'the folder is shared by now, and the receiver was told; follow it anew with `syncline hooks add`',
} as const satisfies Record<WebhookEnd, string>;

async function test(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const webhookId = parseWebhookId(given);
  const session = await context.session();
  const answer = await session.api.testWebhook({ parameters: { webhookId }, signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, quote(given));
  context.output.result({ webhook: answer.value.webhook }, [
    'A test message is on its way. `syncline hooks list` shows how it went.',
  ]);
}

async function remove(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const webhookId = parseWebhookId(given);
  const session = await context.session();
  const answer = await session.api.removeWebhook({ parameters: { webhookId }, signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, quote(given));
  context.output.result({ webhookId }, [`Nothing is sent for ${webhookId} any more.`]);
}

function parseWebhookId(given: string): WebhookId {
  const parsed = WebhookId.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new CommandError({
    reason: 'usage',
    code: 'bad_id',
    message: `${quote(given)} is not the id of a webhook.`,
    remedy: 'Take it from `syncline hooks list`.',
  });
}
