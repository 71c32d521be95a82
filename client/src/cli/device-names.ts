import type { DeviceId } from '@syncline/protocol';
import { escapeText } from './escape-text.ts';
import type { Session } from './open-session.ts';

/** What people call the devices of the account; others, and those that cannot be asked for, are known by their id. */
export async function readDeviceNames(session: Session, signal: AbortSignal): Promise<(id: DeviceId) => string> {
  const answer = await session.api.listDevices({ signal });
  const names = new Map(answer.ok ? answer.value.devices.map(({ deviceId, name }) => [deviceId, name]) : []);
  return (id) => escapeText(names.get(id) ?? id);
}
