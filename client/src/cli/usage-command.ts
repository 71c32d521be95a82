import {
  type NamespaceId,
  type Node,
  type NodeId,
  STORAGE_PRICE_OF,
  STORAGE_USD_PER_GB_MONTH,
  type UsageResponse,
} from '@syncline/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import { formatBytes } from '../engine/format-bytes.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { problemError } from './command-error.ts';
import { escapeText } from './escape-text.ts';
import { findLargest, firstOf, type Largest, type Sized } from './largest.ts';
import { measureStored, type Stored } from './measure-stored.ts';
import type { Session } from './open-session.ts';

/** Files and folders that are shown when nobody asks for more. */
const LARGEST_SHOWN = 10;

export function registerUsage(program: Command, run: RunCommand): void {
  program
    .command('usage')
    .description('Explains where the space goes, and what it costs.')
    .option('--largest <n>', 'how many of the largest files and folders to tell', parseCount, LARGEST_SHOWN)
    .option('--stored', 'measure what is saved by storing the same bytes once, and by compression')
    .action(run(usage));
}

interface FolderUsage {
  readonly namespaceId: NamespaceId;
  readonly path: string;
  readonly bytes: number;
  readonly isOnQuota: boolean;
}

async function usage(
  context: CommandContext,
  _words: readonly [],
  options: { readonly largest: number; readonly stored?: boolean },
): Promise<void> {
  const { signal, output } = context;
  const session = await context.session();
  const answer = await session.api.getUsage({ signal });
  if (!answer.ok) throw problemError(answer.problem, 'The usage');
  const { largest: count } = options;
  const home = await readTree(session, session.account.homeNamespaceId, signal);
  const filed: Node[] = [...home];
  const trees: Largest[] = [findLargest(home, { top: '', count })];
  const folders: FolderUsage[] = [];
  for (const { namespaceId, name, isOnQuota } of answer.value.folders) {
    const path = pathOfMount(home, namespaceId) ?? `/${name}`;
    const nodes = await readTree(session, namespaceId, signal);
    const tree = findLargest(nodes, { top: path, count });
    folders.push({ namespaceId, path, bytes: tree.bytes, isOnQuota });
    if (!isOnQuota) continue;
    trees.push(tree);
    filed.push(...nodes);
  }
  const largestFiles = firstOf(
    trees.flatMap((tree) => tree.files),
    count,
  );
  const largestFolders = firstOf(
    trees.flatMap((tree) => tree.folders),
    count,
  );
  const cost = costOf(answer.value);
  const files = filed.filter(({ kind }) => kind === 'file');
  const stored = options.stored === true ? await measureStored(session, files, signal) : undefined;
  const told = {
    ...answer.value,
    folders,
    largestFiles,
    largestFolders,
    monthlyUsdMax: cost,
    ...(stored === undefined ? {} : { stored }),
  };
  output.result(told, [
    ...describeTotals(answer.value, cost),
    ...(stored === undefined ? [] : [describeStored(stored)]),
    ...section(
      'Shared folders',
      folders.map(({ path, bytes, isOnQuota }) =>
        line({ path: `${path}/`, bytes }, isOnQuota ? '' : '  (on the quota of somebody else)'),
      ),
    ),
    ...section(
      'Largest folders',
      largestFolders.map(({ path, bytes }) => line({ path: `${path}/`, bytes })),
    ),
    ...section(
      'Largest files',
      largestFiles.map((file) => line(file)),
    ),
  ]);
}

/** All live nodes of a namespace, parents before their children. */
async function readTree(session: Session, namespaceId: NamespaceId, signal: AbortSignal): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  const open: (NodeId | undefined)[] = [undefined];
  while (open.length > 0) {
    const folderId = open.shift();
    let page: string | undefined;
    do {
      const query = { namespaceId, page, ...(folderId === undefined ? {} : { folderId }) };
      const answer = await session.api.listTree({ query, signal });
      if (!answer.ok) throw problemError(answer.problem, 'The tree');
      nodes.push(...answer.value.nodes);
      open.push(...(answer.value.unlisted ?? []));
      page = answer.value.nextPage;
    } while (page !== undefined);
  }
  return nodes;
}

function pathOfMount(home: readonly Node[], namespaceId: NamespaceId): string | undefined {
  const byId = new Map(home.map((node) => [node.nodeId, node]));
  let node = home.find(({ mountedNamespaceId }) => mountedNamespaceId === namespaceId);
  if (node === undefined) return undefined;
  let path = '';
  for (; node !== undefined; node = byId.get(node.parentId)) path = `/${node.name}${path}`;
  return path;
}

function describeTotals(told: UsageResponse, cost: number): readonly string[] {
  const { quotaBytes, presentBytes, trashBytes, historyBytes, retention } = told;
  const all = presentBytes + trashBytes + historyBytes;
  const days = `kept for ${retention.days} ${retention.days === 1 ? 'day' : 'days'}`;
  return [
    `Present   ${size(presentBytes)}  of ${formatBytes(quotaBytes)}`,
    `Trash     ${size(trashBytes)}  ${days}`,
    `History   ${size(historyBytes)}  ${days}, labelled revisions for ever`,
    `Together  ${size(all)}  at most $${cost.toFixed(2)} a month (${STORAGE_PRICE_OF}); less where contents are the same or compressed`,
  ];
}

function describeStored({ contentBytes, distinctBytes, storedBytes, sample }: Stored): string {
  const saved = contentBytes === 0 ? 0 : Math.max(0, 1 - storedBytes / contentBytes);
  const how = sample === 1 ? '' : `, by a sample of one chunk in ${sample}`;
  return (
    `Stored    ${size(storedBytes)}  of ${formatBytes(contentBytes)} present and history: ${Math.round(100 * saved)} % are saved, ` +
    `${formatBytes(Math.max(0, contentBytes - distinctBytes))} by storing the same bytes once${how}`
  );
}

function costOf({ presentBytes, trashBytes, historyBytes }: UsageResponse): number {
  return ((presentBytes + trashBytes + historyBytes) / 1e9) * STORAGE_USD_PER_GB_MONTH;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function line({ path, bytes }: Sized, note = ''): string {
  return `${size(bytes)}  ${escapeText(path)}${note}`;
}

function size(bytes: number): string {
  return formatBytes(bytes).padStart(9);
}

function parseCount(text: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number from 1 to 9999.');
}
