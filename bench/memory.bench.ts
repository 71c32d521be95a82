import { execFile } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GiB, MiB } from '@syncline/protocol';
import { writeSparseFile } from '../test/support/sparse-file.ts';
import type { BenchContext } from './bench-context.ts';
import type { BenchResult, Figure } from './bench-report.ts';
import { HANDLER_TASKS, measureHandler } from './handler-usage.ts';
import { startMemoryService } from './memory-service.ts';
import { synclineOnce } from './peers/syncline.ts';
import { canReadUsage, readUsage } from './process-usage.ts';

const SIZES = [GiB, 10 * GiB, 50 * GiB];
/** Of every stretch of this length some bytes are no hole, so that a manifest has many chunks that nothing else has. */
const STRETCH_BYTES = 64 * MiB;
const FILLED_BYTES = MiB;
/** Chunks of files of 1, 10 and 50 GiB, the last at most. */
const MANIFESTS = [256, 2560, 16_384];
const REQUESTS = 20;
const SAMPLE_MS = 50;
const RATIO_MAX = 1.25;
const MB = 1_000_000;
const SECTOR_BYTES = 512;

/** How much memory do a device and the service's handlers take, and does it grow with the size of a file? */
export async function benchMemory(context: BenchContext): Promise<BenchResult> {
  const { log } = context;
  const question = 'How much memory does a large file take, on a device and in the service?';
  if (!canReadUsage) return { question, figures: [], note: 'not measured: this system does not tell it in /proc' };
  const figures: Figure[] = [];
  for (const task of HANDLER_TASKS) {
    log(`  handler: ${task} …`);
    for (const chunks of MANIFESTS) {
      const { firstMs, cpuMs, rssGrowth, answerBytes } = await measureHandler({ task, chunks, requests: REQUESTS });
      const name = `${task}, of ${chunks} chunks`;
      figures.push(
        { name: `${name}: memory`, value: rssGrowth / MB, unit: 'MB' },
        { name: `${name}: the first`, value: firstMs, unit: 'ms' },
        { name: `${name}: CPU`, value: cpuMs, unit: 'ms' },
        { name: `${name}: answer`, value: answerBytes / 1000, unit: 'KB' },
      );
    }
  }
  const transfers: Transfer[] = [];
  const directory = await context.makeDirectory('memory');
  for (const size of SIZES) {
    const bytes = context.scaled(size);
    log(`  a file of ${bytes / GiB} GiB …`);
    transfers.push(await carry(bytes, join(directory, `${bytes}`)));
  }
  for (const transfer of transfers) figures.push(...describe(transfer, transfers[0] ?? transfer));
  const note = `a file of holes with ${FILLED_BYTES / MiB} MiB of other bytes in every ${STRETCH_BYTES / MiB}; sync --once on one device and then on another`;
  return { question, note, figures };
}

interface Side {
  readonly rssPeakBytes: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
}

interface Transfer {
  readonly bytes: number;
  readonly up: Side;
  readonly down: Side;
  readonly serviceCpuSeconds: number;
  readonly takenBytes: number;
}

function describe({ bytes, up, down, serviceCpuSeconds, takenBytes }: Transfer, least: Transfer): readonly Figure[] {
  const name = `${Number((bytes / GiB).toPrecision(2))} GiB`;
  const gigabytes = bytes / 1e9;
  const sideFigures = (what: 'up' | 'down', side: Side): readonly Figure[] => [
    { name: `${name} ${what}: memory, the most`, value: side.rssPeakBytes / MB, unit: 'MB' },
    {
      name: `${name} ${what}: memory against the first`,
      value: side.rssPeakBytes / least[what].rssPeakBytes,
      unit: '×',
      aim: { most: RATIO_MAX },
    },
    { name: `${name} ${what}: CPU`, value: side.cpuSeconds / gigabytes, unit: 's/GB' },
    { name: `${name} ${what}`, value: bytes / MB / side.seconds, unit: 'MB/s' },
  ];
  return [
    ...sideFigures('up', up),
    ...sideFigures('down', down),
    { name: `${name}: CPU of the service`, value: serviceCpuSeconds / gigabytes, unit: 's/GB' },
    { name: `${name}: room on the other device’s disk`, value: takenBytes / MB, unit: 'MB' },
  ];
}

/** Carries a file from one device to another through a fresh service, and compares it. */
async function carry(bytes: number, directory: string): Promise<Transfer> {
  const folders = { a: join(directory, 'a'), b: join(directory, 'b'), state: join(directory, 'state') };
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  const service = await startMemoryService();
  try {
    const pair = await synclineOnce({ name: 'Syncline', apiUrl: service.url, sides: ['a', 'b'] }).link(folders);
    if (pair.kind !== 'batch') throw new Error('sync --once is no daemon');
    const [from, to] = [join(folders.a, 'large.bin'), join(folders.b, 'large.bin')];
    const seed = `${bytes}`;
    await writeSparseFile(from, { bytes, everyBytes: STRETCH_BYTES, filledBytes: FILLED_BYTES, seed });
    const cpuBefore = service.cpuSeconds();
    const [up, down] = await watch((onStart) => pair.run(onStart));
    if (up === undefined || down === undefined) throw new Error('both sides have run');
    const serviceCpuSeconds = service.cpuSeconds() - cpuBefore;
    await promisify(execFile)('cmp', [from, to]);
    return { bytes, up, down, serviceCpuSeconds, takenBytes: (await stat(to)).blocks * SECTOR_BYTES };
  } finally {
    service.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** What each of some programs that run one after the other has used until shortly before its end. */
async function watch(task: (onStart: (sessionId: number) => void) => Promise<unknown>): Promise<readonly Side[]> {
  const sides = new Map<number, Side & { readonly startedAtMs: number }>();
  let current: number | undefined;
  const look = (): void => {
    const last = current === undefined ? undefined : sides.get(current);
    if (current === undefined || last === undefined) return;
    const { cpuSeconds, rssPeakBytes } = readUsage(current);
    const seconds = (performance.now() - last.startedAtMs) / 1000;
    sides.set(current, {
      ...last,
      seconds,
      // A process that has just ended has no memory any more, and a moment later no times.
      rssPeakBytes: Math.max(last.rssPeakBytes, rssPeakBytes),
      cpuSeconds: Math.max(last.cpuSeconds, cpuSeconds),
    });
  };
  const timer = setInterval(look, SAMPLE_MS);
  try {
    await task((sessionId) => {
      current = sessionId;
      sides.set(sessionId, { startedAtMs: performance.now(), rssPeakBytes: 0, cpuSeconds: 0, seconds: 0 });
    });
  } finally {
    clearInterval(timer);
  }
  return [...sides.values()];
}
