import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MiB } from '@syncline/protocol';
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
/** Of a chunk of 1 MiB on average. */
const ONE_CHUNK_MIB_MAX = 1.25;
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
  } finally {
    for (const { open } of all) await open.close();
    stub.stop();
  }
  return {
    question: `How many MiB travel after an edit of a file of ${Math.round(bytes.length / MiB)} MiB?`,
    figures: [...EDITS.flatMap((edit) => describe(edit, all)), ...describeSinglePlaces(all)],
    note: notes.toString(
      `means of ${rounds} edits of each kind at random places, one after the other; bodies of PUTs, for borg the growth ` +
        'of its repository, for Syncthing all that side B receives',
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

/** With chunks of 1 MiB an edit at one place costs one; what is aimed at for each kind above is the stretch with smaller ones in packs. */
function describeSinglePlaces(all: readonly EditedSender[]): readonly Figure[] {
  return all.flatMap(({ sender, sent }) => {
    const counts = [OVERWRITE, INSERT, DELETE].flatMap((edit) => sent.get(edit) ?? []);
    if (counts.length === 0) return [];
    const aim = sender === OURS ? { target: 'P5', aim: { most: ONE_CHUNK_MIB_MAX } } : {};
    return [{ name: `all edits at one place: ${sender.name}`, value: meanMiB(counts), unit: 'MiB', ...aim }];
  });
}

function meanMiB(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0) / counts.length / MiB;
}
