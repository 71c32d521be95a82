import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { configurationDirectory } from '../platform/node/configuration-directory.ts';
import { errorCode } from '../platform/node/error-code.ts';
import { type CommandLine, type LoginItemPlan, planLoginItem } from '../platform/node/login-item.ts';
import { thisUser } from '../platform/node/this-user.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import { localFileError } from './local-file.ts';
import { stopDaemon } from './stop-command.ts';

/** How long the system may take for one command. */
const COMMAND_MS_MAX = 30_000;
/** What such a command may print, in bytes. */
const COMMAND_BYTES_MAX = 1024 * 1024;

export function registerLoginItem(program: Command, run: RunCommand): void {
  const item = program.command('service').description('Runs Syncline in the background from your log-in on.');
  item
    .command('install')
    .description('Starts it now and with every log-in: by systemd, launchd, or the Task Scheduler of Windows.')
    .option('--print', 'only print the file that would be written')
    .action(run(install));
  item
    .command('uninstall')
    .description('Ends it, and does not start it at the log-in any more.')
    .action(run(uninstall));
  item
    .command('status', { isDefault: true })
    .description('Tells whether it starts at the log-in.')
    .action(run(showStatus));
}

async function install(
  context: CommandContext,
  _words: readonly [],
  options: { readonly print?: boolean },
): Promise<void> {
  const { output } = context;
  const plan = planHere(context);
  const { name, path, text } = plan;
  if (options.print === true) {
    output.result({ name, path, text }, [text.trimEnd()]);
    return;
  }
  // A system that knows an older one would not take this one.
  if (await exists(path)) await runAll(plan.uninstall);
  await write(plan);
  // From now on the system runs it; a process of ours would be in its way.
  await stopDaemon(context);
  const failed = await runAll(plan.install);
  const lines = [`Wrote ${quote(path)}.`];
  if (failed === undefined) lines.push('Syncline runs in the background, and starts with every log-in.');
  else lines.push(...explain(failed, 'Until that has worked, start it with `syncline start` after each log-in.'));
  output.result({ name, path, active: failed === undefined, ...todo(failed) }, lines);
}

async function uninstall(context: CommandContext): Promise<void> {
  const plan = planHere(context);
  const { name, path } = plan;
  const wasInstalled = await exists(path);
  const failed = wasInstalled ? await runAll(plan.uninstall) : undefined;
  await rm(path, { force: true }).catch((cause: unknown) => {
    throw localFileError(path, cause);
  });
  const stopped = wasInstalled ? await stopDaemon(context) : undefined;
  const lines = wasInstalled
    ? [`Removed ${quote(path)}.`, 'Syncline does not start at the log-in any more. `syncline start` starts it by hand.']
    : ['Syncline does not start at the log-in.'];
  if (failed !== undefined) lines.push(...explain(failed, 'The file is gone, so it does not start again.'));
  context.output.result(
    { name, path, wasInstalled, ...(stopped === undefined ? {} : { stopped }), ...todo(failed) },
    lines,
  );
}

async function showStatus(context: CommandContext): Promise<void> {
  const plan = planHere(context);
  const { name, path } = plan;
  const found = await readPlanFile(plan);
  const isKnown = found !== undefined && (await execute(plan.query)) === undefined;
  const isCurrent = found === plan.text;
  const lines =
    found === undefined
      ? ['Syncline does not start at the log-in. `syncline service install` makes it so.']
      : [
          `${quote(path)} is there, and the system ${isKnown ? 'starts it at the log-in' : 'does not know it yet'}.`,
          ...(isCurrent && isKnown ? [] : ['`syncline service install` brings that in order.']),
        ];
  context.output.result({ name, path, installed: found !== undefined, known: isKnown, current: isCurrent }, lines);
}

function planHere({ home, environment }: CommandContext): LoginItemPlan {
  const { uid, username } = thisUser();
  const { XDG_CONFIG_HOME, USERDOMAIN } = environment;
  const unnamed = { ...environment, SYNCLINE_HOME: undefined };
  const item = {
    node: process.execPath,
    script: process.argv[1] ?? '',
    home,
    isDefaultHome: configurationDirectory(unnamed) === home,
  };
  const plan = planLoginItem(process.platform, item, {
    homeDirectory: homedir(),
    uid,
    account: USERDOMAIN === undefined ? username : `${USERDOMAIN}\\${username}`,
    xdgConfig: XDG_CONFIG_HOME === '' ? undefined : XDG_CONFIG_HOME,
  });
  if (plan !== undefined) return plan;
  throw new CommandError({
    reason: 'refused',
    code: 'unknown_system',
    message: `It is not known how ${process.platform} starts programs at the log-in.`,
    remedy: 'Let your system run `syncline start --foreground` at the log-in.',
  });
}

async function write({ path, text, encoding }: LoginItemPlan): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // The Task Scheduler tells the encoding by the mark in front.
    await writeFile(path, encoding === 'utf16le' ? `\ufeff${text}` : text, { encoding });
  } catch (cause) {
    throw localFileError(path, cause);
  }
}

async function readPlanFile({ path, encoding }: LoginItemPlan): Promise<string | undefined> {
  try {
    return (await readFile(path, encoding)).replace(/^\ufeff/, '');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw localFileError(path, error);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

interface FailedCommand {
  readonly command: CommandLine;
  /** What it said. */
  readonly said: string;
  /** Those that were to follow. */
  readonly left: readonly CommandLine[];
}

/** Runs commands in their order, up to the first that fails. */
async function runAll(commands: readonly CommandLine[]): Promise<FailedCommand | undefined> {
  for (const [index, command] of commands.entries()) {
    const said = await execute(command);
    if (said !== undefined) return { command, said, left: commands.slice(index + 1) };
  }
  return undefined;
}

/** Answers what a command that failed said; undefined when it worked. */
function execute([program, ...words]: CommandLine): Promise<string | undefined> {
  return new Promise((resolve) => {
    const limits = { timeout: COMMAND_MS_MAX, maxBuffer: COMMAND_BYTES_MAX, windowsHide: true };
    execFile(program, words, limits, (error, _stdout, stderr) => {
      if (error === null) resolve(undefined);
      else resolve(errorCode(error) === 'ENOENT' ? `there is no '${program}' here` : stderr.trim());
    });
  });
}

function explain({ command, said, left }: FailedCommand, meanwhile: string): readonly string[] {
  return [
    `The system could not be told: ${escapeText(said)}.`,
    'Run this yourself, in a session of your own:',
    ...[command, ...left].map((line) => `  ${line.map(shellWord).join(' ')}`),
    meanwhile,
  ];
}

function todo(failed: FailedCommand | undefined): object {
  if (failed === undefined) return {};
  return { failure: failed.said, todo: [failed.command, ...failed.left].map((line) => line.map(shellWord).join(' ')) };
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
