import { expect, test } from '@jest/globals';
import { ChunkHash, type ChunkRun, RUN_BYTES_MAX } from '@syncline/protocol';
import { ManualClock } from '../../test/manual-clock.ts';
import type { Transport } from '../api/transport.ts';
import { type Bandwidth, BandwidthLimit } from './bandwidth-limit.ts';
import { ChunkRuns } from './chunk-runs.ts';
import { RUNS_KEPT_BYTES_MAX } from './limits.ts';

const MEMBER_BYTES = RUN_BYTES_MAX / 16;

const hashOf = (run: number, member: number): ChunkHash =>
  ChunkHash.parse((run * 100 + member).toString(16).padStart(64, '0'));

/** A run of 16 members; each byte of one is its number. It begins somewhere in its pack. */
function runOf(run: number): { readonly address: ChunkRun; readonly ranges: [ChunkHash, readonly [number, number]][] } {
  const first = 1000 + run;
  const ranges = Array.from({ length: 16 }, (_, member): [ChunkHash, readonly [number, number]] => {
    const from = first + member * MEMBER_BYTES;
    return [hashOf(run, member), [from, from + MEMBER_BYTES - 1]];
  });
  const range: [number, number] = [first, first + RUN_BYTES_MAX - 1];
  return { address: { url: `run ${run}`, range, hashes: ranges.map(([hash]) => hash) }, ranges };
}

function readerOf(count: number, bandwidth?: Bandwidth) {
  const asked: string[] = [];
  const transport: Transport = {
    send: async ({ url, headers }) => {
      asked.push(`${url} ${headers['range']}`);
      const body = new Uint8Array(RUN_BYTES_MAX).map((_, at) => at / MEMBER_BYTES);
      return { status: 206, headers: {}, body };
    },
  };
  const runs = new ChunkRuns({ transport, bandwidth }, new AbortController().signal);
  const all = Array.from({ length: count }, (_, run) => runOf(run));
  runs.learn(
    all.map(({ address }) => address),
    new Map(all.flatMap(({ ranges }) => ranges)),
  );
  return { runs, asked };
}

test('the members of a run come by one request, each where it lies, and once', async () => {
  const { runs, asked } = readerOf(1);
  const members = Array.from({ length: 16 }, (_, member) => member);
  const read = await Promise.all(members.map((member) => runs.bytesOf(hashOf(0, member))));
  expect(read.map((bytes) => bytes?.length)).toEqual(members.map(() => MEMBER_BYTES));
  expect(read.map((bytes) => [bytes?.[0], bytes?.at(-1)])).toEqual(members.map((member) => [member, member]));
  expect(asked).toEqual([`run 0 bytes=1000-${1000 + RUN_BYTES_MAX - 1}`]);
  expect(await runs.bytesOf(hashOf(0, 3))).toBeUndefined();
});

test('runs of which not all is taken make room for others: the memory of them is bounded', async () => {
  const kept = RUNS_KEPT_BYTES_MAX / RUN_BYTES_MAX;
  const { runs, asked } = readerOf(kept + 1);
  for (let run = 0; run <= kept; run++) expect(await runs.bytesOf(hashOf(run, 0))).toBeDefined();
  expect(await runs.bytesOf(hashOf(0, 1))).toBeUndefined();
  for (let run = 1; run <= kept; run++) expect(await runs.bytesOf(hashOf(run, 1))).toBeDefined();
  expect(asked).toHaveLength(kept + 1);
});

test('a run that is taken whole makes room at once', async () => {
  const kept = RUNS_KEPT_BYTES_MAX / RUN_BYTES_MAX;
  const { runs } = readerOf(2 * kept);
  expect(await runs.bytesOf(hashOf(0, 0))).toBeDefined();
  for (let run = 1; run < 2 * kept; run++) {
    for (let member = 0; member < 16; member++) expect(await runs.bytesOf(hashOf(run, member))).toBeDefined();
  }
  expect(await runs.bytesOf(hashOf(0, 1))).toBeDefined();
});

test('nothing is read together where bandwidth is limited, nor what was forgotten', async () => {
  const clock = new ManualClock();
  const bandwidth = { upload: new BandwidthLimit(clock), download: new BandwidthLimit(clock, 100_000) };
  const limited = readerOf(1, bandwidth);
  expect(await limited.runs.bytesOf(hashOf(0, 0))).toBeUndefined();
  const { runs, asked } = readerOf(1);
  runs.clear();
  expect(await runs.bytesOf(hashOf(0, 0))).toBeUndefined();
  expect([...asked, ...limited.asked]).toEqual([]);
});
