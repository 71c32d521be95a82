import { formatBytes } from '../engine/format-bytes.ts';
import type { TransferProgress } from '../transfers/upload-files.ts';
import type { CommandError } from './command-error.ts';
import { escapeText } from './escape-text.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** Percent between two lines of progress where there is no terminal, and the least time between them. */
const LINE_PERCENT = 10;
const LINE_MS_MIN = 1000;
/** Width of the bar on a terminal. */
const BAR_COLUMNS = 24;

export interface ProgressDisplay {
  readonly update: (progress: TransferProgress) => void;
  /** Takes a bar off the terminal. */
  readonly end: () => void;
}

/**
 * What a command says. Results go to standard output, everything else to standard error. With `--json` standard output is
 * exactly one JSON document (or, for what goes on, one a line), errors are one JSON document on standard error, and nothing else is said.
 */
export interface Output {
  readonly json: boolean;
  /** The result, once: as JSON, or as lines. Names and paths in the lines are escaped by the caller. */
  result(value: unknown, lines: readonly string[]): void;
  /** One of several results that follow one another: with `--json` a line with one JSON document. */
  entry(value: unknown, lines: readonly string[]): void;
  /** A remark for people. */
  note(line: string): void;
  /** Shows how a transfer gets on: a bar on a terminal, now and then a line without one. */
  progress(title: string): ProgressDisplay;
  error(error: CommandError): void;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
}

export function createOutput(streams: OutputStreams, options: { readonly json: boolean }): Output {
  const { json } = options;
  const say = (line: string): void => void streams.stderr.write(`${line}\n`);
  return {
    json,
    result(value, lines) {
      const text = json ? [JSON.stringify(value, undefined, 2)] : lines;
      if (text.length > 0) streams.stdout.write(`${text.join('\n')}\n`);
    },
    entry(value, lines) {
      const text = json ? [JSON.stringify(value)] : lines;
      if (text.length > 0) streams.stdout.write(`${text.join('\n')}\n`);
    },
    note(line) {
      if (!json) say(line);
    },
    progress(title) {
      if (json) return { update: () => undefined, end: () => undefined };
      return streams.stderr.isTTY ? showBar(streams.stderr, title) : showLines(say, title);
    },
    error({ code, message, remedy, reason }) {
      if (json) say(JSON.stringify({ error: { code, message, remedy, exitCode: EXIT_CODES[reason] } }));
      else say(`syncline: ${escapeText(message)}${remedy === undefined ? '' : `\n${escapeText(remedy)}`}`);
    },
  };
}

/** One line that is drawn over. It leaves the terminal's input alone, so that Ctrl-C stays what it is. */
function showBar(output: NodeJS.WriteStream, title: string): ProgressDisplay {
  let shown = -1;
  const clear = (): void => void output.write('\r\u001b[K');
  return {
    update(progress) {
      const percent = percentOf(progress);
      if (percent === shown) return;
      shown = percent;
      const filled = Math.round((percent / 100) * BAR_COLUMNS);
      const bar = '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
      const line = `${bar} ${describe(progress)}  ${escapeText(title)}`;
      clear();
      output.write(line.slice(0, output.columns - 1).toWellFormed());
    },
    end: clear,
  };
}

function showLines(say: (line: string) => void, title: string): ProgressDisplay {
  let shown = 0;
  let shownAtMs = performance.now();
  return {
    update(progress) {
      const percent = percentOf(progress);
      const due = percent >= shown + LINE_PERCENT && performance.now() - shownAtMs >= LINE_MS_MIN;
      if (!due) return;
      say(`${escapeText(title)} ${describe(progress)}`);
      shown = percent;
      shownAtMs = performance.now();
    },
    end: () => undefined,
  };
}

function percentOf({ storedBytes, totalBytes }: TransferProgress): number {
  return totalBytes === 0 ? 100 : Math.floor((storedBytes / totalBytes) * 100);
}

function describe(progress: TransferProgress): string {
  return `${percentOf(progress)} % of ${formatBytes(progress.totalBytes)}`;
}
