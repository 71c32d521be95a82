import type { ApiClient } from '@syncline/client';
import { DeviceId, encodeUlid } from '@syncline/protocol';
import * as z from 'zod/mini';
import { describeBrowser } from './describe-browser.ts';
import { DEVICE_IDS_MAX } from './limits.ts';
import type { SessionDatabase } from './session-database.ts';

/** The id that this browser profile has as a device, or the one that it is going to have. */
export async function readDeviceId(database: SessionDatabase): Promise<DeviceId> {
  const kept = z.safeParse(DeviceId, await database.read('device-id'));
  return kept.success ? kept.data : makeDeviceId();
}

/**
 * Makes this browser profile a device of the account; it stays the same device for as long as the browser keeps its data. One
 * that was unlinked takes another id. Undefined when the service accepts none.
 */
export async function registerBrowser(
  { database, apiOf }: { readonly database: SessionDatabase; readonly apiOf: (deviceId: DeviceId) => ApiClient },
  first: DeviceId,
): Promise<DeviceId | undefined> {
  let deviceId = first;
  for (let tries = 0; tries < DEVICE_IDS_MAX; tries++) {
    const name = describeBrowser(navigator.userAgent);
    const answer = await apiOf(deviceId).registerDevice({ body: { deviceId, name, platform: 'web' } });
    if (answer.ok && answer.value.device.revokedAt === undefined) {
      await database.write('device-id', deviceId);
      return deviceId;
    }
    deviceId = makeDeviceId();
  }
  return undefined;
}

function makeDeviceId(): DeviceId {
  return DeviceId.parse(encodeUlid(crypto.getRandomValues(new Uint8Array(16))));
}
