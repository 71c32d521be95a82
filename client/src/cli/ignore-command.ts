import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { BUILT_IN, BUILT_IN_PATTERNS } from '../ignore/built-in-patterns.ts';
import type { IgnoreReason } from '../ignore/ignore-rules.ts';
import { IGNORE_FILE, IGNORE_FILE_BYTES_MAX } from '../ignore/limits.ts';
import { parsePatterns } from '../ignore/parse-patterns.ts';
import { type LinkedFolder, readLinkedFolders } from '../platform/node/linked-folders.ts';
import { openIgnoreFiles } from '../platform/node/open-ignore-files.ts';
import { readToReplace } from '../platform/node/replace-text-file.ts';
import { ENGINE_FOLDER, scanFolder } from '../platform/node/scan-folder.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import { findLinkedFolders } from './linked-folder.ts';
import { localFileError } from './local-file.ts';

interface IgnoreOptions {
  readonly folder?: string;
}

export function registerIgnore(program: Command, run: RunCommand): void {
  const ignore = program.command('ignore').description('Shows and changes what is not synced. Asks no server.');
  const option = ['--folder <folder>', 'a linked folder, or a folder in one'] as const;
  ignore
    .command('list', { isDefault: true })
    .description('Shows the patterns in force.')
    .option(...option)
    .action(run(list));
  ignore
    .command('add')
    .description('Adds a pattern to the `.synclineignore` of a folder.')
    .argument('<pattern>', 'in the form of gitignore')
    .option(...option)
    .action(run(add));
  ignore
    .command('remove')
    .description('Removes a pattern from the `.synclineignore` of a folder.')
    .argument('<pattern>', 'as it stands there')
    .option(...option)
    .action(run(remove));
  ignore
    .command('check')
    .description('Tells whether something is ignored, and by which pattern.')
    .argument('<path>', 'a file or folder on this computer; a slash at the end means a folder')
    .action(run(check));
}

async function list(context: CommandContext, _: readonly [], options: IgnoreOptions): Promise<void> {
  const { linked } = await findPlace(context, options.folder);
  const ignores = openIgnoreFiles(linked.path);
  scanFolder(linked.path, '', { ignores });
  const files = [{ source: BUILT_IN, patterns: BUILT_IN_PATTERNS, refused: [] }, ...ignores.rules.files()];
  context.output.result(
    { folder: linked.path, files },
    files.flatMap(({ source, patterns, refused }) => [
      `${escapeText(source)}:`,
      ...patterns.map((pattern) => `  ${escapeText(pattern)}`),
      ...refused.map((pattern) => `  ${escapeText(pattern)}  (not taken: it passes a limit)`),
    ]),
  );
}

async function add(context: CommandContext, [pattern]: readonly [string], options: IgnoreOptions): Promise<void> {
  const { patterns } = parsePatterns(pattern);
  if (patterns.length !== 1 || patterns[0] !== pattern || /[\r\n]/.test(pattern)) throw noPattern(pattern);
  await edit(context, options.folder, {
    pattern,
    change(text) {
      if (parsePatterns(text).patterns.includes(pattern)) return undefined;
      const changed = `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${pattern}\n`;
      const isTaken =
        Buffer.byteLength(changed) <= IGNORE_FILE_BYTES_MAX && parsePatterns(changed).refused.length === 0;
      if (!isTaken) throw noRoom(pattern);
      return changed;
    },
    done: (file) => `${quote(pattern)} is in ${quote(file)}.`,
  });
}

async function remove(context: CommandContext, [pattern]: readonly [string], options: IgnoreOptions): Promise<void> {
  await edit(context, options.folder, {
    pattern,
    change(text) {
      const lines = text.split('\n');
      const kept = lines.filter((line) => parsePatterns(line).patterns[0] !== pattern);
      if (kept.length === lines.length) throw notThere(pattern);
      return kept.join('\n');
    },
    done: (file) => `${quote(pattern)} is no more in ${quote(file)}.`,
  });
}

async function check(context: CommandContext, [given]: readonly [string]): Promise<void> {
  const { linked, path, kind } = await locate(context, given);
  const reason = whyIgnored(linked, path, kind);
  const result = { folder: linked.path, path, ignored: reason !== undefined, ...reason };
  const told =
    reason === undefined
      ? `${quote(given)} is not ignored.`
      : `${quote(given)} is ignored by ${quote(reason.pattern)} (${escapeText(reason.source)}).`;
  context.output.result(result, [told]);
}

/** Why something in a linked folder is ignored; undefined when it is not. Reads the rules of the folders above it. */
export function whyIgnored(linked: LinkedFolder, path: string, kind: 'file' | 'folder'): IgnoreReason | undefined {
  if (isOwn(path)) return OWN;
  if (path === '') return undefined;
  const ignores = openIgnoreFiles(linked.path);
  ignores.learnAbove(path);
  return ignores.rules.whyIgnored(path, kind);
}

/** Why the engine's own folder is ignored, which no pattern takes back. */
export const OWN: IgnoreReason = { pattern: `/${ENGINE_FOLDER}/`, source: BUILT_IN };

function isOwn(path: string): boolean {
  return path === ENGINE_FOLDER || path.startsWith(`${ENGINE_FOLDER}/`);
}

async function edit(
  context: CommandContext,
  given: string | undefined,
  task: {
    readonly pattern: string;
    /** The text that is to stand there; undefined when it is right already. */
    readonly change: (text: string) => string | undefined;
    readonly done: (file: string) => string;
  },
): Promise<void> {
  const { linked, path } = await findPlace(context, given);
  const file = join(linked.path, path, IGNORE_FILE);
  try {
    const read = await readToReplace(linked.path, file);
    const text = task.change(read.text);
    if (text !== undefined && (await read.replace(text)) === 'changed') throw changedMeanwhile(file);
    context.output.result({ file, pattern: task.pattern, changed: text !== undefined }, [task.done(file)]);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw localFileError(file, error);
  }
}

interface Place {
  readonly linked: LinkedFolder;
  /** Relative to the linked folder, its names joined by `/`. */
  readonly path: string;
}

/** The folder that is given, or the linked one around the current folder, or the only one. */
async function findPlace(context: CommandContext, given: string | undefined): Promise<Place> {
  if (given !== undefined) {
    const place = placeOf(await readLinkedFolders(context.home), await realpath(given).catch(() => given));
    if (place !== undefined) return place;
    const [linked] = await findLinkedFolders(context.home, given);
    if (linked !== undefined) return { linked, path: '' };
  }
  const folders = await findLinkedFolders(context.home, undefined);
  const around = placeOf(folders, await realpath('.'))?.linked;
  const linked = around ?? (folders.length === 1 ? folders[0] : undefined);
  if (linked !== undefined) return { linked, path: '' };
  throw new CommandError({
    reason: 'usage',
    code: 'usage',
    message: 'Several folders are linked.',
    remedy: 'Name one with `--folder FOLDER`, or change into it.',
  });
}

/** What a path means that need not exist. Links above it are followed, it itself is not. */
async function locate(context: CommandContext, given: string): Promise<Place & { readonly kind: 'file' | 'folder' }> {
  const absolute = resolve(given);
  const folder = await realpath(dirname(absolute)).catch(() => dirname(absolute));
  const real = join(folder, basename(absolute));
  const place = placeOf(await findLinkedFolders(context.home, undefined), real);
  if (place === undefined) {
    throw new CommandError({
      reason: 'notFound',
      code: 'not_linked',
      message: `${quote(given)} lies in no linked folder.`,
      remedy: '`syncline status` shows the linked folders.',
    });
  }
  const isFolder = given.endsWith('/') || (await lstat(real).catch(() => undefined))?.isDirectory() === true;
  return { ...place, kind: isFolder ? 'folder' : 'file' };
}

function placeOf(folders: readonly LinkedFolder[], path: string): Place | undefined {
  const linked = folders.find((folder) => path === folder.path || path.startsWith(folder.path + sep));
  return linked && { linked, path: relative(linked.path, path).split(sep).join('/') };
}

function noPattern(pattern: string): CommandError {
  return new CommandError({
    reason: 'usage',
    code: 'usage',
    message: `${quote(pattern)} is no pattern.`,
    remedy: 'A pattern is one line in the form of gitignore, without spaces at its end; `\\#` begins one with a hash.',
  });
}

function noRoom(pattern: string): CommandError {
  return new CommandError({
    reason: 'conflict',
    code: 'too_many_patterns',
    message: `${quote(pattern)} is not taken: the file would pass a limit, or does already.`,
    remedy: '`syncline ignore list` shows what is taken. Remove what is of no use.',
  });
}

function notThere(pattern: string): CommandError {
  const isBuiltIn = BUILT_IN_PATTERNS.includes(pattern);
  return new CommandError({
    reason: 'notFound',
    code: 'no_such_pattern',
    message: isBuiltIn ? `${quote(pattern)} is built in.` : `There is no pattern ${quote(pattern)} in this file.`,
    remedy: isBuiltIn
      ? `Take it back with \`syncline ignore add '!${pattern}'\`.`
      : '`syncline ignore list` shows all patterns and their files.',
  });
}

function changedMeanwhile(file: string): CommandError {
  return new CommandError({
    reason: 'conflict',
    code: 'changed_meanwhile',
    message: `Somebody has changed ${quote(file)} meanwhile.`,
    remedy: 'Repeat the command.',
  });
}
