import { DEVICE_NAME_CHARS_MAX, DeviceName } from '@syncline/protocol';
import { parseText } from './parse-text.ts';

/** How the account shall call a device. @throws CommandError when no device can be called so. */
export function parseDeviceName(given: string): string {
  return parseText(given, { what: 'name of a device', schema: DeviceName, charsMax: DEVICE_NAME_CHARS_MAX });
}
