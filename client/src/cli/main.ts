/**
 * The command line: one file per command, and here what they have in common. Every command ends by returning or by throwing;
 * only here is an end turned into words and an exit code.
 */
import { InvariantError } from '@syncline/protocol';
import { Command, CommanderError } from 'commander';
import { UnavailableError } from '../api/unavailable-error.ts';
import { SOFTWARE_VERSION } from '../daemon/software-version.ts';
import { configurationDirectory, DamagedConfigurationError } from '../platform/node/configuration-directory.ts';
import { registerActivity } from './activity-command.ts';
import { registerCat } from './cat-command.ts';
import type { CommandAction, CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { registerConflicts } from './conflicts-command.ts';
import { registerDevices } from './devices-command.ts';
import { registerDoctor } from './doctor-command.ts';
import { registerExclude, registerInclude } from './exclude-command.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { registerExplain } from './explain-command.ts';
import { registerFolder } from './folder-command.ts';
import { registerGet } from './get-command.ts';
import { registerHistory } from './history-command.ts';
import { registerHooks } from './hooks-command.ts';
import { registerIgnore } from './ignore-command.ts';
import { registerInvitations } from './invitations-command.ts';
import { registerLabel } from './label-command.ts';
import { registerLimit } from './limit-command.ts';
import { registerLink } from './link-command.ts';
import { registerLinks } from './links-command.ts';
import { localFileError, unexpectedRefusal } from './local-file.ts';
import { registerLogin } from './login-command.ts';
import { registerLoginItem } from './login-item-command.ts';
import { registerLogout } from './logout-command.ts';
import { registerLs } from './ls-command.ts';
import { registerMembers } from './members-command.ts';
import { registerMkdir } from './mkdir-command.ts';
import { registerMv } from './mv-command.ts';
import { openSession, type Session } from './open-session.ts';
import { createOutput, type Output, type OutputStreams } from './output.ts';
import { registerPause } from './pause-command.ts';
import { registerPut } from './put-command.ts';
import { registerRestore } from './restore-command.ts';
import { registerRetention } from './retention-command.ts';
import { registerRm } from './rm-command.ts';
import { registerSearch } from './search-command.ts';
import { registerSend } from './send-command.ts';
import { registerShare } from './share-command.ts';
import { registerSignup } from './signup-command.ts';
import { registerStar } from './star-command.ts';
import { registerStart } from './start-command.ts';
import { registerStatus } from './status-command.ts';
import { registerStop } from './stop-command.ts';
import { registerSync } from './sync-command.ts';
import { registerTrash } from './trash-command.ts';
import { registerUnlink } from './unlink-command.ts';
import { registerUsage } from './usage-command.ts';
import { usageOf } from './usage-of.ts';

const COMMANDS = [
  registerSignup,
  registerLogin,
  registerLogout,
  registerLink,
  registerUnlink,
  registerStart,
  registerStop,
  registerStatus,
  registerSync,
  registerPause,
  registerExplain,
  registerConflicts,
  registerDoctor,
  registerLoginItem,
  registerFolder,
  registerLimit,
  registerIgnore,
  registerExclude,
  registerInclude,
  registerLs,
  registerPut,
  registerGet,
  registerCat,
  registerMkdir,
  registerMv,
  registerRm,
  registerHistory,
  registerLabel,
  registerStar,
  registerRestore,
  registerTrash,
  registerActivity,
  registerUsage,
  registerRetention,
  registerSearch,
  registerDevices,
  registerShare,
  registerMembers,
  registerInvitations,
  registerLinks,
  registerSend,
  registerHooks,
];

/** Runs one command line and answers the exit code. Never throws. */
export async function main(words: readonly string[]): Promise<number> {
  const streams: OutputStreams = { stdout: process.stdout, stderr: process.stderr, stdin: process.stdin };
  // An error of the command line itself comes before commander knows the options.
  const output = createOutput(streams, { json: words.includes('--json') });
  const interrupt = new AbortController();
  const stop = stopper(interrupt);
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  endWhereOutputEnds(streams, output);
  let opened: Promise<Session> | undefined;
  const context: CommandContext = {
    output,
    streams,
    environment: process.env,
    home: configurationDirectory(process.env),
    signal: interrupt.signal,
    session: () => {
      opened ??= openSession({ home: context.home });
      return opened;
    },
  };
  const program = buildProgram(context);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return EXIT_CODES.ok;
  } catch (failure) {
    if (failure instanceof CommanderError && failure.exitCode === 0) return EXIT_CODES.ok;
    const error = explainFailure(failure, { home: context.home, usage: usageOf(program, words) });
    output.error(error);
    return EXIT_CODES[error.reason];
  } finally {
    await (await opened?.catch(() => undefined))?.close();
    for (const signal of STOP_SIGNALS) process.removeListener(signal, stop);
  }
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Signals that come sooner than this after the first are the same one, sent by the terminal and by a parent process. */
const SAME_SIGNAL_MS = 500;

/** The first signal lets the command tidy up; a later one does not wait for that. */
function stopper(interrupt: AbortController): () => void {
  let stoppedAtMs: number | undefined;
  return () => {
    stoppedAtMs ??= performance.now();
    if (performance.now() - stoppedAtMs > SAME_SIGNAL_MS) process.exit(EXIT_CODES.interrupted);
    interrupt.abort(new CommandError({ ...INTERRUPTED }));
  };
}

const INTERRUPTED = {
  reason: 'interrupted',
  code: 'interrupted',
  message: 'Stopped.',
  remedy: 'Repeat the command to go on.',
} as const;

function buildProgram(context: CommandContext): Command {
  const run = bindActions(context);
  const version = SOFTWARE_VERSION;
  const program = new Command('syncline')
    .description('Keeps folders the same on all your devices.')
    .option('--json', 'print one JSON document, and errors as JSON')
    .version(context.output.json ? JSON.stringify({ version }) : version, '-V, --version', 'print the version')
    .exitOverride()
    .showHelpAfterError(false)
    // Errors are told by main, in one form.
    .configureOutput({ outputError: () => undefined, ...(context.output.json ? { writeErr: () => undefined } : {}) });
  for (const register of COMMANDS) register(program, run);
  return program;
}

/** Commander calls an action with the arguments, then the options, then the command. */
function bindActions(context: CommandContext): RunCommand {
  return <W extends readonly unknown[], O>(action: CommandAction<W, O>) =>
    (...given: unknown[]) =>
      action(context, given.slice(0, -2) as readonly unknown[] as W, given.at(-2) as O);
}

/** Whoever reads our output may stop reading, as `head` does. Whatever else it cannot be written to, such as a full disk, is told. */
function endWhereOutputEnds({ stdout }: OutputStreams, output: Output): void {
  stdout.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EPIPE') process.exit(EXIT_CODES.ok);
    const error = localFileError('standard output', cause);
    output.error(error);
    process.exit(EXIT_CODES[error.reason]);
  });
}

/** What a failure is explained by besides itself. */
interface Circumstances {
  readonly home: string;
  /** How the command is written. */
  readonly usage: string | undefined;
}

function explainFailure(failure: unknown, { home, usage }: Circumstances): CommandError {
  if (failure instanceof CommandError) return failure;
  if (failure instanceof CommanderError) {
    const message = failure.message
      .replace(/^error: /, '')
      .replace(/^\(outputHelp\)$/, 'A command is missing.')
      .replace(/\n(?=\(Did you mean )/, ' ');
    const dash = failure.code === 'commander.unknownOption' ? DASH : '';
    const remedy = `${howToWrite(failure.code, usage)}${dash}`;
    return new CommandError({ reason: 'usage', code: 'usage', message, remedy, cause: failure });
  }
  if (failure instanceof UnavailableError) {
    return new CommandError({
      reason: 'unavailable',
      code: 'unavailable',
      message: `Syncline is not available: ${[...messages(failure)].join(': ')}.`,
      remedy: 'Check the connection and that the service runs, then repeat the command.',
      cause: failure,
    });
  }
  if (failure instanceof DamagedConfigurationError) {
    const { message, remedy } = failure;
    return new CommandError({ reason: 'localFile', code: 'damaged_configuration', message, remedy });
  }
  const refusal = failure instanceof Error ? unexpectedRefusal(failure, home) : undefined;
  if (refusal !== undefined) return refusal;
  const isDefect = failure instanceof InvariantError || !(failure instanceof Error);
  return new CommandError({
    reason: 'internal',
    code: isDefect ? 'broken_invariant' : 'internal',
    message: `Something went wrong inside Syncline: ${failure instanceof Error ? failure.message : String(failure)}`,
    remedy: 'Nothing else was changed. Please report it with what you did.',
    cause: failure,
  });
}

function howToWrite(code: string, usage: string | undefined): string {
  if (usage === undefined) return 'See `syncline --help`, or `--help` after a command.';
  const [name = ''] = usage.split(/ [[<]/);
  const isAboutWords = code === 'commander.missingArgument' || code === 'commander.excessArguments';
  return isAboutWords ? `Write \`${usage}\`; \`${name} --help\` says more.` : `See \`${name} --help\`.`;
}

const DASH = ' A name that begins with `-` goes behind `--`.';

function* messages(failure: unknown): Generator<string> {
  for (let error = failure; error instanceof Error; error = error.cause) {
    if (error.message !== '') yield error.message;
  }
}
