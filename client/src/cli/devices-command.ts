import type { Device, DeviceWipe } from '@syncline/protocol';
import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import type { Session } from './open-session.ts';
import { parseDeviceName } from './parse-device-name.ts';

export function registerDevices(program: Command, run: RunCommand): void {
  const devices = program.command('devices').description('Lists, renames and unlinks the devices of the account.');
  devices.command('list', { isDefault: true }).description('Lists the devices.').action(run(list));
  devices
    .command('rename')
    .description('Renames a device.')
    .argument('<device>', "its id or name, or 'this'")
    .argument('<name>', 'the new name')
    .action(run(rename));
  devices
    .command('unlink')
    .description('Ends the access of a device. Files on it stay, unless it is asked to remove them.')
    .argument('<device>', "its id or name, or 'this'")
    .option('--wipe', 'ask the device to remove what it has synced, and to keep what was never sent')
    .action(run(unlink));
}

async function list(context: CommandContext): Promise<void> {
  const session = await context.session();
  const devices = await readDevices(session, context.signal);
  const lines = devices.map((device) => {
    const marks = [...(device.deviceId === session.deviceId ? ['this device'] : []), ...standingOf(device)];
    const mark = marks.length > 0 ? `  (${marks.join(', ')})` : '';
    const seen = device.lastSeenAt.slice(0, 16).replace('T', ' ');
    return `${device.deviceId}  ${seen}  ${device.platform.padEnd(7)}  ${escapeText(device.name)}${mark}`;
  });
  context.output.result({ devices, thisDeviceId: session.deviceId }, lines);
}

/** What a person should know of a device beside its name. */
function standingOf({ revokedAt, wipe, lag }: Device): readonly string[] {
  if (revokedAt !== undefined) return ['unlinked', ...(wipe === undefined ? [] : [describeWipe(wipe)])];
  if (lag === undefined) return ['has synced nothing yet'];
  if (lag.entries === 0) return ['up to date'];
  const changes = lag.entries === 1 ? '1 change' : `${lag.entries} changes`;
  return [`${changes} behind, for ${describeDuration(lag.seconds)}`];
}

function describeWipe({ state, removedFiles = 0, keptFiles = 0 }: DeviceWipe): string {
  if (state === 'asked') return 'asked to remove its files, and has not answered yet';
  return `has removed ${removedFiles} files${keptFiles === 0 ? '' : ` and kept ${keptFiles} that were never sent`}`;
}

function describeDuration(seconds: number): string {
  const units = [
    ['days', 86_400],
    ['hours', 3600],
    ['minutes', 60],
  ] as const;
  const [unit, length] = units.find(([, size]) => seconds >= 2 * size) ?? ['seconds', 1];
  const count = Math.floor(seconds / length);
  return count === 1 ? '1 second' : `${count} ${unit}`;
}

async function rename(context: CommandContext, [which, given]: readonly [string, string]): Promise<void> {
  const name = parseDeviceName(given);
  const session = await context.session();
  const { deviceId } = await requireDevice(session, which, context.signal);
  const answer = await session.api.renameDevice({ parameters: { deviceId }, body: { name }, signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, `The device ${quote(which)}`);
  context.output.result(answer.value, [`The device is called ${quote(answer.value.device.name)} now.`]);
}

async function unlink(
  context: CommandContext,
  [which]: readonly [string],
  options: { readonly wipe?: boolean },
): Promise<void> {
  const session = await context.session();
  const { deviceId } = await requireDevice(session, which, context.signal);
  const answer = await session.api.unlinkDevice({
    parameters: { deviceId },
    query: options.wipe === true ? { wipe: 'true' } : {},
    signal: context.signal,
  });
  if (!answer.ok) throw problemError(answer.problem, `The device ${quote(which)}`);
  const lines = [`The device ${quote(answer.value.device.name)} has no access any more.`];
  if (options.wipe === true) {
    lines.push(
      'When it is online it removes what it has synced. What it never sent stays on it. `syncline devices` tells when it has.',
    );
  }
  context.output.result(answer.value, lines);
}

async function readDevices(session: Session, signal: AbortSignal): Promise<readonly Device[]> {
  const answer = await session.api.listDevices({ signal });
  if (!answer.ok) throw problemError(answer.problem, 'The devices');
  return answer.value.devices;
}

/** @throws CommandError when no device of the account, or more than one, is called so. */
export async function requireDevice(session: Session, which: string, signal: AbortSignal): Promise<Device> {
  const id = which === 'this' ? session.deviceId : which;
  const devices = await readDevices(session, signal);
  const byId = devices.filter((device) => device.deviceId === id);
  const found =
    byId.length > 0 ? byId : devices.filter((device) => device.name === which && device.revokedAt === undefined);
  const [device] = found;
  if (device !== undefined && found.length === 1) return device;
  throw new CommandError({
    reason: found.length === 0 ? 'notFound' : 'conflict',
    code: found.length === 0 ? 'not_found' : 'ambiguous',
    message: found.length === 0 ? `There is no device ${quote(which)}.` : `Several devices are called ${quote(which)}.`,
    remedy: 'Give the id that `syncline devices` shows.',
  });
}
