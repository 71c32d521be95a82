/**
 * `npm run large`: what is too large for every run of the tests, with real daemons and the real handlers over memory stores whose objects
 * lie on the disk. 50 GiB of holes with some bytes between them, then 5 GiB of bytes and then thousands of small files while both sides are
 * killed again and again. Ends with 1 when something is lost, sent twice, or takes memory that grows.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { assert, CHUNK_BYTES_MAX, GiB, KiB, MiB } from '@syncline/protocol';
import { TRANSFER_BYTES_MAX } from '../../client/src/transfers/limits.ts';
import { BytesOnDisk } from '../support/bytes-on-disk.ts';
import { HttpService } from '../support/http-service.ts';
import { writeLargeFile } from '../support/real-tree.ts';
import { writeSparseFile } from '../support/sparse-file.ts';
import { type KilledTransfers, type KilledTransfersReport, runKilledTransfers } from './killed-transfers.ts';

const { values } = parseArgs({
  options: {
    sparse: { type: 'string', default: '50' },
    filled: { type: 'string', default: '5' },
    files: { type: 'string', default: '20000' },
    kills: { type: 'string', default: '12' },
    /** Decides when is killed, and what the bytes are. */
    seed: { type: 'string', default: `${Date.now()}` },
  },
});
const QUOTA_BYTES = 1e12;
const STRETCH_BYTES = 256 * MiB;
const SMALL_FILE_BYTES = 16 * KiB;
const FOLDER_FILES = 500;
/** The most that a daemon may have in RAM, whatever the size of the file. */
const RSS_BYTES_MAX = 400 * MiB;

const { seed } = values;
const kills = Number(values.kills);
const directory = mkdtempSync(join(tmpdir(), 'syncline-large-'));
try {
  if (Number(values.sparse) > 0) await carrySparse(Math.round(Number(values.sparse) * GiB));
  if (Number(values.filled) > 0) await carryFilled(Math.round(Number(values.filled) * GiB));
  if (Number(values.files) > 0) await carrySmall(Number(values.files));
} catch (failure) {
  console.log(`seed ${seed}: ${failure instanceof Error ? failure.message : String(failure)}`);
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function carrySparse(bytes: number): Promise<void> {
  const report = await carry('sparse', {
    write: (folder) =>
      writeSparseFile(join(folder, 'large.img'), { bytes, everyBytes: STRETCH_BYTES, filledBytes: MiB, seed }),
    bytes,
    kills: { sender: 0, receiver: 0 },
  });
  assert(report.traffic.stored < bytes / 16, 'holes are sent once');
}

async function carryFilled(bytes: number): Promise<void> {
  const report = await carry('filled', {
    write: (folder) => writeLargeFile(join(folder, 'large.bin'), { bytes, seed }),
    bytes,
    kills: { sender: kills, receiver: kills },
    // At the very beginning and at the very end a few chunks may be sent twice (docs/decisions/0107-large-files.md).
    within: [0.02, 0.98],
  });
  const { stored, repeated, lost, fetched } = report.traffic;
  assert(repeated <= CHUNK_BYTES_MAX, 'what is stored is not sent again');
  assert(stored < bytes * 1.01, 'every byte is stored once');
  assert(lost <= kills * TRANSFER_BYTES_MAX, 'a kill costs no more than what is under way');
  assert(fetched < bytes + kills * TRANSFER_BYTES_MAX, 'what is on the disk is not fetched again');
}

async function carrySmall(files: number): Promise<void> {
  await carry('small files', {
    write: async (folder) => {
      for (let index = 0; index < files; index++) {
        const place = join(folder, `${Math.floor(index / FOLDER_FILES)}`);
        if (index % FOLDER_FILES === 0) await mkdir(place);
        await writeLargeFile(join(place, `${index}.bin`), { bytes: SMALL_FILE_BYTES, seed: `${seed}/${index}` });
      }
    },
    // All of them travel whole, so every kill has its moment.
    bytes: files * SMALL_FILE_BYTES,
    kills: { sender: kills, receiver: kills },
  });
}

async function carry(
  what: string,
  transfers: Omit<KilledTransfers, 'service' | 'seed'>,
): Promise<KilledTransfersReport> {
  const objects = new BytesOnDisk(join(directory, 'objects'));
  const service = new HttpService({ keep: (bytes) => objects.keep(bytes), quotaBytes: QUOTA_BYTES });
  await service.start();
  try {
    const report = await runKilledTransfers({ ...transfers, service, seed: `${seed} ${what}` });
    console.log(JSON.stringify({ what, seed, bytes: transfers.bytes, ...report }));
    const { sender, receiver } = report.rssPeakBytes;
    assert(Math.max(sender, receiver) < RSS_BYTES_MAX, 'memory does not grow with what is carried');
    return report;
  } finally {
    await service.stop();
    objects.close();
  }
}
