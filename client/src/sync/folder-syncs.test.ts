import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { AccountId, DeviceId, NamespaceId } from '@syncline/protocol';
import { openFolderSyncs } from './folder-syncs.ts';
import { startSession } from './session.ts';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const nowhere = 'http://127.0.0.1:1';

test('limits are those of all transfers of the session, from the moment on that they are set', async () => {
  const home = await mkdtemp(join(tmpdir(), 'syncline-syncs-'));
  const session = startSession(home, {
    account: { accountId: AccountId.parse(ID), homeNamespaceId: NamespaceId.parse(ID) },
    apiUrl: nowhere,
    userPool: { endpoint: nowhere, userPoolId: 'pool', clientId: 'client' },
    deviceId: DeviceId.parse(ID),
    deviceName: 'desk',
  });
  const syncs = openFolderSyncs(session);
  const rates = () => [session.bandwidth.upload.bytesPerSecond, session.bandwidth.download.bytesPerSecond];
  try {
    expect(rates()).toEqual([undefined, undefined]);
    syncs.setLimits({ upBytesPerSecond: 100_000, downBytesPerSecond: 200_000 });
    expect(rates()).toEqual([100_000, 200_000]);
    syncs.setLimits({ downBytesPerSecond: 300_000 });
    expect(rates()).toEqual([undefined, 300_000]);
  } finally {
    await syncs.close();
    await rm(home, { recursive: true });
  }
});
