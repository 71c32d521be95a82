import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkingFor, MiB } from '@syncline/protocol';
import { cutBytes } from '../client/src/transfers/cut-content.ts';
import { SeededRandom } from '../test/support/seeded-random.ts';
import type { BenchContext } from './bench-context.ts';
import type { BenchResult, Figure } from './bench-report.ts';
import { borgCreate } from './carriers/borg-create.ts';
import { resticBackup } from './carriers/restic-backup.ts';
import { type OpenSender, pairSender, type Sender, senderPlaces, storeSender } from './carriers/sender.ts';
import { synclineOnce } from './carriers/syncline-once.ts';
import { DELETE, EDITS, type Edit, INSERT, OVERWRITE, SCATTER } from './edits.ts';
import { PeerNotes } from './peers/peer-notes.ts';
import { syncthing } from './peers/syncthing.ts';
import { randomContent } from './random-tree.ts';
import { startS3Stub } from './s3-stub.ts';

const FILE_BYTES = 256 * MiB;
const FILE_NAME = 'edited.bin';
const ROUNDS = 3;
/**
 * Of ours alone, edits of each kind at one place each: chunks have from 0.25 to 4 MiB, so a few places at random say little about the mean. Spread
 * evenly over the file.
 */
const PLACES = 12;
/** In average chunks. */
const ONE_PLACE_CHUNKS_MAX = 1.25;
const INSERT_MIB_MAX = 0.15;
const SCATTER_MIB_MAX = 10;

/** How many bytes travel after an edit of a large file, by us and by others? */
export async function benchEditBytes(context: BenchContext): Promise<BenchResult> {
  const directory = await context.makeDirectory('edit-bytes');
  const notes = new PeerNotes(context.log);
  const rounds = context.rounds(ROUNDS);
  const stub = await startS3Stub();
  const random = new SeededRandom('edits');
  let bytes = randomContent('edited', context.scaled(FILE_BYTES));
  const all: EditedSender[] = [];
  const spread: number[] = [];
  try {
    for (const [index, sender] of SENDERS.entries()) {
      const { directory: own, source } = senderPlaces(directory, index);
      for (const folder of [own, source]) await mkdir(folder);
      await writeFile(join(source, FILE_NAME), bytes);
      const open = await notes.attempt(sender, async () => {
        const opened = await sender.open({ directory: own, source, stub, rttMs: 0 });
        await opened.send();
        return opened;
      });
      if (open !== undefined) all.push({ sender, open, source, sent: new Map() });
    }
    for (let round = 0; round < rounds; round++) {
      for (const edit of EDITS) {
        bytes = edit.apply(bytes, random.fraction(), `${edit.name} ${round}`);
        for (const one of all) await sendEdit(notes, one, { edit, bytes });
      }
    }
    const places = context.rounds(PLACES);
    for (const { open, source } of all.filter(({ sender }) => sender === OURS)) {
      for (let place = 0; place < places; place++) {
        for (const edit of SINGLE_PLACE_EDITS) {
          bytes = edit.apply(bytes, (place + 0.5) / places, `${edit.name} at ${place}`);
          await writeFile(join(source, FILE_NAME), bytes);
          spread.push(await open.send());
        }
      }
    }
  } finally {
    for (const { open } of all) await open.close();
    stub.stop();
  }
  return {
    question: `How many MiB travel after an edit of a file of ${Math.round(bytes.length / MiB)} MiB?`,
    figures: [
      ...EDITS.flatMap((edit) => describe(edit, all)),
      ...describeSinglePlaces(all),
      ...(spread.length === 0 ? [] : await describeSpread(bytes, spread)),
    ],
    note: notes.toString(
      `means of ${rounds} edits of each kind at random places, one after the other; for Syncline all that the device sends ` +
        'and gets, for restic bodies of PUTs, for borg the growth of its repository, for Syncthing all that side B receives',
    ),
  };
}

const OURS = storeSender(synclineOnce());
const STRETCH: ReadonlyMap<Edit, number> = new Map([
  [INSERT, INSERT_MIB_MAX],
  [SCATTER, SCATTER_MIB_MAX],
]);
const SENDERS: readonly Sender[] = [
  OURS,
  storeSender(resticBackup()),
  borgCreate(),
  pairSender(syncthing({ name: 'Syncthing', watcherDelaySeconds: 10 })),
];

interface EditedSender {
  readonly sender: Sender;
  readonly open: OpenSender;
  readonly source: string;
  readonly sent: Map<Edit, number[]>;
}

async function sendEdit(
  notes: PeerNotes,
  { sender, open, source, sent }: EditedSender,
  { edit, bytes }: { readonly edit: Edit; readonly bytes: Buffer },
): Promise<void> {
  const count = await notes.attempt(sender, async () => {
    await writeFile(join(source, FILE_NAME), bytes);
    return open.send();
  });
  if (count !== undefined) sent.set(edit, [...(sent.get(edit) ?? []), count]);
}

function describe(edit: Edit, all: readonly EditedSender[]): readonly Figure[] {
  return all.flatMap(({ sender, sent }) => {
    const counts = sent.get(edit) ?? [];
    if (counts.length === 0) return [];
    const target = sender === OURS ? STRETCH.get(edit) : undefined;
    const aim = target === undefined ? {} : { target: 'P6', aim: { most: target } };
    return [{ name: `${edit.name}: ${sender.name}`, value: meanMiB(counts), unit: 'MiB', ...aim }];
  });
}

/** Of the same few edits by everybody. */
function describeSinglePlaces(all: readonly EditedSender[]): readonly Figure[] {
  return all.flatMap(({ sender, sent }) => {
    const counts = SINGLE_PLACE_EDITS.flatMap((edit) => sent.get(edit) ?? []);
    return counts.length === 0
      ? []
      : [{ name: `all edits at one place: ${sender.name}`, value: meanMiB(counts), unit: 'MiB' }];
  });
}

/** An edit at one place costs at most the chunk that it lies in, and the manifest. */
async function describeSpread(bytes: Uint8Array, counts: readonly number[]): Promise<readonly Figure[]> {
  const chunkMiB = bytes.length / (await cutBytes(bytes, chunkingFor(bytes.length))).length / MiB;
  const mean = meanMiB(counts);
  return [
    { name: `${counts.length} edits at one place, spread evenly: Syncline`, value: mean, unit: 'MiB' },
    { name: 'the average chunk of the file', value: chunkMiB, unit: 'MiB' },
    {
      name: 'edits at one place, in average chunks: Syncline',
      value: mean / chunkMiB,
      unit: '×',
      target: 'P5',
      aim: { most: ONE_PLACE_CHUNKS_MAX },
    },
  ];
}

const SINGLE_PLACE_EDITS = [OVERWRITE, INSERT, DELETE];

function meanMiB(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0) / counts.length / MiB;
}
