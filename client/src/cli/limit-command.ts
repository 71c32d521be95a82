import { GiB, KiB, MiB } from '@syncline/protocol';
import type { Command } from 'commander';
import { formatBytes } from '../engine/format-bytes.ts';
import { changeSettings, readSettings, type TransferLimits } from '../platform/node/settings-store.ts';
import { BANDWIDTH_BYTES_PER_SECOND_MIN } from '../transfers/limits.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { reloadDaemon } from './daemon-link.ts';
import { quote } from './escape-text.ts';

interface LimitOptions {
  readonly up?: string;
  readonly down?: string;
}

export function registerLimit(program: Command, run: RunCommand): void {
  program
    .command('limit')
    .description('Shows or sets how fast all folders of this device together may send and fetch.')
    .option('--up <rate>', 'bytes a second to send, such as 500K or 2M; `none` for as fast as it goes')
    .option('--down <rate>', 'bytes a second to fetch, in the same way')
    .action(run(limit));
}

async function limit(context: CommandContext, _words: readonly [], options: LimitOptions): Promise<void> {
  const up = parseRate(options.up);
  const down = parseRate(options.down);
  if (up === undefined && down === undefined) {
    tell(context, (await readSettings(context.home)).limits);
    return;
  }
  const { limits } = await changeSettings(context.home, (present) => ({
    ...present,
    limits: {
      ...rateOf('upBytesPerSecond', up ?? present.limits.upBytesPerSecond),
      ...rateOf('downBytesPerSecond', down ?? present.limits.downBytesPerSecond),
    },
  }));
  await reloadDaemon(context);
  tell(context, limits);
}

function rateOf(key: keyof TransferLimits, rate: number | 'none' | undefined): TransferLimits {
  return rate === undefined || rate === 'none' ? {} : { [key]: rate };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: KiB, m: MiB, g: GiB };

/** Bytes a second; undefined when nothing was given. @throws CommandError for what is no rate. */
export function parseRate(given: string | undefined): number | 'none' | undefined {
  if (given === undefined || given === 'none') return given;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([kmg]?)(?:i?b)?(?:\/s)?$/i.exec(given) ?? [];
  const rate = Math.round(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
  if (number !== '' && Number.isSafeInteger(rate) && rate >= BANDWIDTH_BYTES_PER_SECOND_MIN) return rate;
  throw new CommandError({
    reason: 'usage',
    code: 'bad_rate',
    message: `${quote(given)} is no rate of at least ${formatBytes(BANDWIDTH_BYTES_PER_SECOND_MIN)} a second.`,
    remedy: 'Write it such as 500K, 2M or 1.5MiB/s, or `none` for no limit.',
  });
}

function words(rate: number | undefined): string {
  return rate === undefined ? 'as fast as it goes' : `at most ${formatBytes(rate)} a second`;
}

function tell({ output }: CommandContext, limits: TransferLimits): void {
  output.result({ limits }, [
    `Sending: ${words(limits.upBytesPerSecond)}. Fetching: ${words(limits.downBytesPerSecond)}.`,
  ]);
}
