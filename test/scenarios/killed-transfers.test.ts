/** What daemons that are killed in the middle of a transfer have to do again: nothing that was done. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import { TRANSFER_BYTES_MAX } from '../../client/src/transfers/limits.ts';
import { runKilledTransfers } from '../black-box/killed-transfers.ts';
import { HttpService } from '../support/http-service.ts';
import { writeLargeFile } from '../support/real-tree.ts';

const BYTES = 128 * MiB;
const KILLS = 2;
// Real processes that start again and again, on a machine that may be busy.
jest.setTimeout(300_000);
let service: HttpService;

beforeEach(async () => {
  service = new HttpService();
  await service.start();
});
afterEach(() => service.stop());

test('nothing that is stored is sent again, and nothing that is on the disk is fetched again, however often both sides are killed', async () => {
  const { kills, traffic } = await runKilledTransfers({
    service,
    seed: 'both sides',
    write: (folder) => writeLargeFile(join(folder, 'large.bin'), { bytes: BYTES, seed: 'killed' }),
    bytes: BYTES,
    kills: { sender: KILLS, receiver: KILLS },
    // Before, the service may not know yet that the file was begun, and at its end the commit confirms a few chunks that are sent again.
    within: [0.5, 0.8],
  });
  expect(kills).toBe(2 * KILLS);
  expect(traffic.repeated).toBe(0);
  // What is under way at a kill is no loss of anything that was done.
  expect(traffic.lost).toBeLessThan(KILLS * TRANSFER_BYTES_MAX);
  expect(traffic.fetched).toBeLessThan(BYTES + KILLS * TRANSFER_BYTES_MAX);
});
