import {
  FILE_BYTES_MAX,
  FileExtension,
  FileType,
  type RouteResponse,
  rootNodeId,
  SEARCH_CHARS_MAX,
  type SearchHit,
} from '@syncline/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatBytes } from '../engine/format-bytes.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import { pathBelow, readMountPaths } from './mount-paths.ts';
import type { Session } from './open-session.ts';
import { parseMoment } from './parse-moment.ts';
import { parseRemotePath, requireNode } from './remote-path.ts';

/** Hits that are shown when nobody asks for more, and hits of one request. */
const HITS_SHOWN = 20;
const HITS_AT_ONCE = 50;

interface SearchOptions {
  readonly in?: string;
  readonly type?: FileType;
  readonly extension?: string;
  readonly owner?: 'me' | 'others';
  readonly after?: string;
  readonly before?: string;
  readonly larger?: string;
  readonly smaller?: string;
  readonly trashed?: true;
  readonly sort?: 'relevance' | 'name' | 'modified' | 'size';
  readonly limit: number;
}

export function registerSearch(program: Command, run: RunCommand): void {
  program
    .command('search')
    .description('Finds files and folders by words of their names, paths and contents.')
    .argument('<words...>', 'words that all are there; "a phrase"; -word for what is not there (after --)')
    .option('--in <folder>', 'only below this folder')
    .addOption(new Option('--type <type>', 'only files of this type').choices(FileType.options))
    .option('--extension <extension>', 'only files that end so', parseExtension)
    .addOption(new Option('--owner <owner>', 'only what is your own, or what others share').choices(['me', 'others']))
    .option(
      '--after <time>',
      'only what was changed then or later, like 2026-01-31, or 3d for three days ago',
      parseTime,
    )
    .option('--before <time>', 'only what was changed then or earlier', parseTime)
    .option('--larger <size>', 'only files of so many bytes or more, like 500, 20KiB, 3MiB or 1GiB', parseSize)
    .option('--smaller <size>', 'only files of so many bytes or less', parseSize)
    .option('--trashed', 'only what is in the trash')
    .addOption(
      new Option('--sort <order>', 'best first, or by name, newest first, largest first').choices([
        'relevance',
        'name',
        'modified',
        'size',
      ]),
    )
    .option('--limit <n>', 'how many to show', parseLimit, HITS_SHOWN)
    .action(run(search));
}

async function search(context: CommandContext, [words]: readonly [string[]], options: SearchOptions): Promise<void> {
  const { signal, output } = context;
  const { in: folder, trashed, limit, after, before, larger, smaller, ...named } = options;
  const filters = { ...named, modifiedFrom: after, modifiedTo: before, sizeMin: larger, sizeMax: smaller };
  // A shell has taken the quotes of a phrase away; a space behind says that the last word is finished.
  const q = `${words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ')} `;
  if (q.length > SEARCH_CHARS_MAX) throw tooLong(q.length - 1);
  const session = await context.session();
  const scope = folder === undefined ? {} : await scopeOf(session, folder, signal);
  const found: SearchHit[] = [];
  let total: number;
  let covers: RouteResponse<'search'>['covers'];
  let page: string | undefined;
  do {
    const asked = { ...filters, ...scope, q, page, limit: String(Math.min(limit - found.length, HITS_AT_ONCE)) };
    const query = trashed === undefined ? asked : { ...asked, trashed: 'true' as const };
    const answer = await session.api.search({ query, signal });
    if (!answer.ok) throw searchError(answer.problem);
    found.push(...answer.value.hits);
    ({ total, covers, nextPage: page } = answer.value);
  } while (page !== undefined && found.length < limit);
  const hits = await inAccount(session, found, signal);
  const lines = hits.flatMap(describe);
  if (covers === 'names') {
    output.note(
      'There is no search index, or it does not answer: only names in this folder that begin so were looked for.',
    );
  }
  if (total > hits.length) output.note(`${total} were found; --limit shows more.`);
  output.result({ total, covers, hits }, lines.length === 0 ? ['Nothing was found.'] : lines);
}

async function scopeOf(session: Session, folder: string, signal: AbortSignal) {
  const node = await requireNode(session, parseRemotePath(`${folder}/`), signal);
  if (node.mountedNamespaceId !== undefined) {
    const namespaceId = node.mountedNamespaceId;
    return { namespaceId, folderId: rootNodeId(namespaceId) };
  }
  return { namespaceId: node.namespaceId, folderId: node.nodeId };
}

/** Hits with the paths that other commands take: the service tells those in a shared folder from its top. */
async function inAccount(
  session: Session,
  hits: readonly SearchHit[],
  signal: AbortSignal,
): Promise<readonly SearchHit[]> {
  const { homeNamespaceId } = session.account;
  if (hits.every(({ node }) => node.namespaceId === homeNamespaceId)) return hits;
  const tops = await readMountPaths(session, signal);
  return hits.map((hit) => ({ ...hit, path: pathBelow(tops.get(hit.node.namespaceId) ?? '', hit.path) }));
}

function tooLong(chars: number): CommandError {
  return new CommandError({
    reason: 'usage',
    code: 'usage',
    message: `The words have ${chars} characters together; a search takes ${SEARCH_CHARS_MAX - 1}.`,
    remedy: 'Name fewer of them.',
  });
}

function describe({ node, path, passages }: SearchHit): readonly string[] {
  const at = (node.clientModifiedAt ?? node.modifiedAt).slice(0, 10);
  const size = node.kind === 'file' ? formatBytes(node.size) : '';
  const found = passages.map((parts) => parts.map(({ text, isMatch }) => (isMatch ? `*${text}*` : text)).join(''));
  return [
    `${at}  ${size.padStart(9)}  ${escapeText(path)}${node.kind === 'file' ? '' : '/'}`,
    ...found.map((passage) => `                         … ${escapeText(passage.replaceAll(/\s+/g, ' '))} …`),
  ];
}

function searchError(problem: Parameters<typeof problemError>[0]): CommandError {
  if (problem.code !== 'unavailable') return problemError(problem, 'search');
  return new CommandError({ reason: 'unavailable', code: problem.code, message: `Search: ${problem.detail}.` });
}

function parseExtension(text: string): string {
  const parsed = FileExtension.safeParse(text.replace(/^\./, '').toLowerCase());
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`${quote(text)} is no extension; give one like pdf.`);
}

function parseTime(text: string): string {
  return parseMoment(text, Date.now());
}

const UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

function parseSize(text: string): string {
  const [, number = '', unit = ''] = /^([0-9]{1,12}) ?(B|KiB|MiB|GiB)?$/.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit] ?? 1);
  if (number !== '' && bytes <= FILE_BYTES_MAX) return String(bytes);
  throw new InvalidArgumentError(`${quote(text)} is no size; give one like 500, 20KiB, 3MiB or 1GiB.`);
}

function parseLimit(text: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number from 1 to 9999.');
}
