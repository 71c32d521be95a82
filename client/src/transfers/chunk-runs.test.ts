import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { ChunkHash, type ChunkRun, RUN_BYTES_MAX } from '@syncline/protocol';
import { ManualClock } from '../../test/manual-clock.ts';
import type { Transport } from '../api/transport.ts';
import { compressZstd } from '../platform/node/zstd.ts';
import { type Bandwidth, BandwidthLimit } from './bandwidth-limit.ts';
import { ChunkRuns, type PackedSource } from './chunk-runs.ts';
import { RUN_READS_MAX, RUNS_KEPT_BYTES_MAX } from './limits.ts';

const MEMBER_BYTES = RUN_BYTES_MAX / 16;

const hashOf = (bytes: Uint8Array): ChunkHash => ChunkHash.parse(createHash('sha256').update(bytes).digest('hex'));

/** The chunks of a run. */
const membersOf = (run: number): readonly Uint8Array[] =>
  Array.from({ length: 16 }, (_, member) => new Uint8Array(MEMBER_BYTES).fill(member).fill(run, 0, 1));

/** It begins somewhere in its pack. */
function runOf(run: number, members: readonly Uint8Array[], stored = members) {
  const first = 1000 + run;
  let end = first;
  const sources = members.map((bytes, member): PackedSource => {
    const from = end;
    end += stored[member]?.length ?? 0;
    const encoding = stored[member] === bytes ? {} : ({ encoding: 'zstd' } as const);
    return { hash: hashOf(bytes), size: bytes.length, url: 'its own', range: [from, end - 1], ...encoding };
  });
  const address: ChunkRun = { url: `${run}`, range: [first, end - 1], hashes: sources.map(({ hash }) => hash) };
  return { address, sources, bytes: Buffer.concat(stored) };
}

function readerOf(all: readonly ReturnType<typeof runOf>[], bandwidth?: Bandwidth) {
  const asked: string[] = [];
  const transport: Transport = {
    send: async ({ url, headers }) => {
      asked.push(`${url} ${headers['range']}`);
      return {
        status: 206,
        headers: {},
        body: all.find(({ address }) => address.url === url)?.bytes ?? Buffer.alloc(0),
      };
    },
  };
  const runs = new ChunkRuns({ transport, bandwidth }, new AbortController().signal);
  runs.learn(
    all.map(({ address }) => address),
    all.flatMap(({ sources }) => sources),
  );
  const take = (run: number, member: number) => runs.bytesOf(all[run]?.sources[member]?.hash as ChunkHash);
  return { runs, asked, take };
}

const readerOfMany = (count: number, bandwidth?: Bandwidth) =>
  readerOf(
    Array.from({ length: count }, (_, run) => runOf(run, membersOf(run))),
    bandwidth,
  );

test('the members of a run come by one request, each where it lies, and once', async () => {
  const { take, asked } = readerOfMany(1);
  const read = await Promise.all(membersOf(0).map((_, member) => take(0, member)));
  expect(Buffer.concat(read.map((bytes) => bytes ?? Buffer.alloc(0))).equals(Buffer.concat(membersOf(0)))).toBe(true);
  expect(asked).toEqual([`0 bytes=1000-${1000 + RUN_BYTES_MAX - 1}`]);
  expect(await take(0, 3)).toBeUndefined();
});

test('a member that lies compressed is opened, and one that cannot be opened to what it is called is not given', async () => {
  const members = membersOf(0);
  const stored = members.map((bytes, member) => (member % 2 === 0 ? bytes : (compressZstd(bytes) ?? bytes)));
  const run = runOf(0, members, stored);
  expect(run.bytes.length).toBeLessThan(RUN_BYTES_MAX * 0.6);
  const { take } = readerOf([run]);
  for (const [member, bytes] of members.entries())
    expect(Buffer.from((await take(0, member)) ?? []).equals(bytes)).toBe(true);
  run.bytes[MEMBER_BYTES + 5] = 7;
  const spoilt = readerOf([run]);
  expect(await spoilt.take(0, 1)).toBeUndefined();
  expect(await spoilt.take(0, 3)).toBeDefined();
});

test('runs of which not all is taken make room for others, and are read again a few times: the memory of them is bounded', async () => {
  const kept = RUNS_KEPT_BYTES_MAX / RUN_BYTES_MAX;
  const { take, asked } = readerOfMany(kept + 1);
  for (let read = 1; read <= RUN_READS_MAX; read++) {
    for (let run = 0; run <= kept; run++) expect(await take(run, read)).toBeDefined();
    expect(asked).toHaveLength((kept + 1) * read);
  }
  expect(await take(0, RUN_READS_MAX + 1)).toBeUndefined();
  expect(asked).toHaveLength((kept + 1) * RUN_READS_MAX);
});

test('the run whose members are asked for first is read first, in whatever order runs are told', async () => {
  const all = Array.from({ length: 3 }, (_, run) => runOf(run, membersOf(run)));
  const asked: string[] = [];
  const transport: Transport = {
    send: async ({ url }) => {
      asked.push(url);
      return { status: 206, headers: {}, body: all[Number(url)]?.bytes ?? Buffer.alloc(0) };
    },
  };
  const runs = new ChunkRuns({ transport }, new AbortController().signal);
  const sources = all.flatMap(({ sources: each }) => each);
  runs.learn(
    [2, 0, 1].flatMap((run) => all[run]?.address ?? []),
    sources,
  );
  for (const { hash } of sources) await runs.bytesOf(hash);
  expect(asked).toEqual(['0', '1', '2']);
});

test('a chunk that several files have is given as often as that, and read once', async () => {
  const run = runOf(0, membersOf(0));
  const { runs, take, asked } = readerOf([run]);
  const twin = run.sources[3] as PackedSource;
  // Two files of the next answer, and one of that behind it.
  runs.learn([run.address], [twin, twin]);
  runs.learn([run.address], [twin]);
  for (const _ of [1, 2, 3, 4]) expect(await take(0, 3)).toBeDefined();
  expect(await take(0, 3)).toBeUndefined();
  expect(asked).toHaveLength(1);
});

test('while one run is given out, the next one is on its way, and none before anybody asks', async () => {
  const { take, asked } = readerOfMany(3);
  expect(asked).toEqual([]);
  await take(0, 0);
  expect(asked).toHaveLength(2);
  await take(0, 1);
  expect(asked).toHaveLength(2);
  await take(1, 0);
  await take(2, 0);
  expect(asked.map((one) => one.split(' ')[0])).toEqual(['0', '1', '2']);
});

test('what is read ahead leaves half of the room to what is asked for', async () => {
  const kept = RUNS_KEPT_BYTES_MAX / RUN_BYTES_MAX;
  const { take, asked } = readerOfMany(2 * kept);
  for (let run = 0; run < kept; run++) await take(run, 0);
  expect(asked).toHaveLength(kept);
});

test('a run that is taken whole makes room at once', async () => {
  const kept = RUNS_KEPT_BYTES_MAX / RUN_BYTES_MAX;
  const { take } = readerOfMany(2 * kept);
  expect(await take(0, 0)).toBeDefined();
  for (let run = 1; run < 2 * kept; run++) {
    for (let member = 0; member < 16; member++) expect(await take(run, member)).toBeDefined();
  }
  expect(await take(0, 1)).toBeDefined();
});

test('nothing is read together where bandwidth is limited, nor what was forgotten', async () => {
  const clock = new ManualClock();
  const bandwidth = { upload: new BandwidthLimit(clock), download: new BandwidthLimit(clock, 100_000) };
  const limited = readerOfMany(1, bandwidth);
  expect(await limited.take(0, 0)).toBeUndefined();
  const { runs, take, asked } = readerOfMany(1);
  runs.clear();
  expect(await take(0, 0)).toBeUndefined();
  expect([...asked, ...limited.asked]).toEqual([]);
});
