import type { Device } from '@syncline/protocol';
import type { Command } from 'commander';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { escapeText, quote } from './escape-text.ts';
import type { Session } from './open-session.ts';

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
    .description('Ends the access of a device. Files on it stay.')
    .argument('<device>', "its id or name, or 'this'")
    .action(run(unlink));
}

async function list(context: CommandContext): Promise<void> {
  const session = await context.session();
  const devices = await readDevices(session, context.signal);
  const lines = devices.map((device) => {
    const marks = [
      ...(device.deviceId === session.deviceId ? ['this device'] : []),
      ...(device.revokedAt === undefined ? [] : ['unlinked']),
    ];
    const mark = marks.length > 0 ? `  (${marks.join(', ')})` : '';
    return `${device.deviceId}  ${device.lastSeenAt.slice(0, 16).replace('T', ' ')}  ${escapeText(device.name)}${mark}`;
  });
  context.output.result({ devices, thisDeviceId: session.deviceId }, lines);
}

async function rename(context: CommandContext, [which, name]: readonly [string, string]): Promise<void> {
  const session = await context.session();
  const { deviceId } = await requireDevice(session, which, context.signal);
  const answer = await session.api.renameDevice({ parameters: { deviceId }, body: { name }, signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, `The device ${quote(which)}`);
  context.output.result(answer.value, [`The device is called ${quote(answer.value.device.name)} now.`]);
}

async function unlink(context: CommandContext, [which]: readonly [string]): Promise<void> {
  const session = await context.session();
  const { deviceId } = await requireDevice(session, which, context.signal);
  const answer = await session.api.unlinkDevice({ parameters: { deviceId }, signal: context.signal });
  if (!answer.ok) throw problemError(answer.problem, `The device ${quote(which)}`);
  context.output.result(answer.value, [`The device ${quote(answer.value.device.name)} has no access any more.`]);
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
