import { epochMs, type NodeId } from '@syncline/protocol';
import { systemClock } from '../client/src/api/system-clock.ts';
import { threadTime } from '../client/src/platform/node/thread-time.ts';
import { ContentLookahead } from '../client/src/transfers/content-lookahead.ts';
import { downloadContent } from '../client/src/transfers/download-content.ts';
import { LINK_ROUND_BYTES } from '../client/src/transfers/limits.ts';
import { LinkRate } from '../client/src/transfers/link-rate.ts';
import { runBounded } from '../client/src/transfers/run-bounded.ts';
import { uploadFiles } from '../client/src/transfers/upload-files.ts';
import { type InMemoryClient, openInMemoryClient, sourceOf } from '../test/support/in-memory-client.ts';
import { join } from '../test/support/in-memory-member.ts';
import { InMemoryService } from '../test/support/in-memory-service.ts';
import { inMemoryTransport } from '../test/support/in-memory-transport.ts';
import { commitUploads } from '../test/support/uploaded-files.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import { collectTexts } from './compression-corpus.ts';
import { LimitedLink } from './limited-link.ts';

const FILES = 2000;
const ROUNDS = 3;
const LINKS_MBIT = [20, 100];
const DOWNLOADS = 32;
const MB = 1_000_000;
const SECOND_MS = 1000;

/** How long do small files of text take over the links that people have, compressed and as they are? */
export async function benchTextFiles(context: BenchContext): Promise<BenchResult> {
  const texts = collectTexts(context.scaled(FILES));
  const bytes = texts.reduce((sum, { length }) => sum + length, 0);
  const rounds = context.rounds(ROUNDS);
  const figures: Figure[] = [];
  for (const mbit of LINKS_MBIT) {
    const passages: Record<'plain' | 'compressed', Passage[]> = { plain: [], compressed: [] };
    for (let round = 0; round < rounds; round++) {
      passages.plain.push(await passTexts(texts, { mbit, compresses: false }));
      passages.compressed.push(await passTexts(texts, { mbit, compresses: true }));
    }
    figures.push(
      ...describe(mbit, passages.plain, 'as they are'),
      ...describe(mbit, passages.compressed, 'compressed'),
    );
  }
  return {
    question: 'How long do small files of text take over the links that people have?',
    figures,
    note:
      `${texts.length} files of source text, ${(bytes / MB).toFixed(1)} MB; medians of ${rounds} rounds in turns; bodies of all requests and ` +
      'answers share the link, without latency; client and service share one thread, bytes come from memory and go nowhere',
  };
}

interface Time {
  readonly seconds: number;
  /** Of the processor. */
  readonly workedSeconds: number;
}

interface Way extends Time {
  readonly bytes: number;
}

interface Passage {
  readonly up: Way;
  readonly down: Way;
}

async function passTexts(
  texts: readonly Uint8Array[],
  { mbit, compresses }: { readonly mbit: number; readonly compresses: boolean },
): Promise<Passage> {
  const service = new InMemoryService();
  const alice = await join(service, 'alice');
  const open = (): { readonly client: InMemoryClient; readonly link: LimitedLink } => {
    const link = new LimitedLink(inMemoryTransport(service), mbit);
    return { client: { ...openInMemoryClient(service, alice, link), clock: systemClock }, link };
  };
  const up = open();
  const rate = compresses ? new LinkRate(systemClock, threadTime) : await endlessLink();
  let nodeIds: readonly NodeId[] = [];
  const upTime = await timeOf(async () => {
    const sources = texts.map((bytes) => sourceOf(alice, bytes));
    const outcomes = await uploadFiles({ ...up.client, link: rate }, sources);
    nodeIds = await commitUploads(up.client, alice, outcomes);
  });
  const down = open();
  const { namespaceId } = alice;
  const lookahead = new ContentLookahead(down.client, { signal: new AbortController().signal });
  const downTime = await timeOf(async () => {
    const wanted = nodeIds.map((nodeId, index) => ({ namespaceId, nodeId, rev: 1, size: texts[index]?.length ?? 0 }));
    lookahead.expect(wanted);
    await runBounded(DOWNLOADS, wanted, async ({ nodeId, rev }) => {
      const firstPage = await lookahead.take({ nodeId, rev });
      const sink = { write: async () => undefined };
      const outcome = await downloadContent(down.client, { namespaceId, nodeId, rev, firstPage }, { sink });
      if (outcome.kind !== 'downloaded') throw new Error(`a file was ${outcome.kind}`);
    });
  });
  return {
    up: { ...upTime, bytes: up.link.up.bytes },
    down: { ...downTime, bytes: down.link.down.bytes },
  };
}

/** A link that counts as so fast that nothing is compressed, whatever it carries. */
async function endlessLink(): Promise<LinkRate> {
  // By a clock that stands still everything takes no time.
  const link = new LinkRate({ now: () => epochMs(0) }, () => 0);
  await link.measure(LINK_ROUND_BYTES * SECOND_MS, async () => undefined);
  return link;
}

async function timeOf(task: () => Promise<void>): Promise<Time> {
  const [begin, worked] = [performance.now(), threadTime()];
  await task();
  return { seconds: (performance.now() - begin) / SECOND_MS, workedSeconds: (threadTime() - worked) / SECOND_MS };
}

function describe(mbit: number, passages: readonly Passage[], how: string): readonly Figure[] {
  return (['up', 'down'] as const).flatMap((way) => {
    const name = (what: string): string => `${mbit} Mbit/s, ${how}: ${way}${what}`;
    const of = (part: keyof Way): number => median(passages.map((passage) => passage[way][part]));
    return [
      { name: name(''), value: of('seconds'), unit: 's' },
      { name: name(', of the processor'), value: of('workedSeconds'), unit: 's' },
      { name: name(', bytes'), value: of('bytes') / MB, unit: 'MB' },
    ];
  });
}
