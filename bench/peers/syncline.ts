import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectDaemon } from '../../client/src/daemon/control-client.ts';
import { DAEMON_NODE_FLAGS } from '../../client/src/platform/node/daemon-node-flags.ts';
import { newEmail, PASSWORD } from '../../test/support/api-device.ts';
import { CliDevice } from '../../test/support/cli-process.ts';
import { publishedCommand } from '../../test/support/published-client.ts';
import { Program } from '../program.ts';
import { LONG_RUN_MS_MAX, LOOK_PAUSE_MS } from './limits.ts';
import { type DaemonPair, type FolderPair, type Peer, peerEnvironment, type Side } from './peer.ts';

const CLIENT = join(import.meta.dirname, '..', '..', 'client');

export interface SynclineOptions {
  /** Where the service is, as in `Syncline, local stack`. */
  readonly name: string;
  readonly apiUrl: string;
  /** Folder b can be left out where only one daemon is looked at: the service is its other side. */
  readonly sides: readonly Side[];
}

/** Two daemons of two devices of one account. */
export function syncline(options: SynclineOptions): Peer {
  return {
    name: options.name,
    isOurs: true,
    isSlow: false,
    version: synclineVersion,
    link: async (folders) => daemons(await linkDevices(folders, options)),
  };
}

/** `sync --once` on one device after the other, which is how it is used without a daemon. */
export function synclineOnce(options: SynclineOptions): Peer {
  return {
    name: `${options.name}, sync --once`,
    isOurs: true,
    isSlow: false,
    version: synclineVersion,
    link: async (folders) => {
      const devices = await linkDevices(folders, options);
      return {
        kind: 'batch',
        run: async (onStart) => {
          for (const device of devices) {
            const program = await startCommand(device, ['sync', '--once', device.folder]);
            onStart?.(program.sessionId);
            await program.expectEnd(LONG_RUN_MS_MAX);
          }
        },
      };
    },
  };
}

interface Device {
  readonly side: Side;
  readonly cli: CliDevice;
  readonly folder: string;
}

/** What the command line is called, with its version. */
export async function synclineVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(CLIENT, 'package.json'), 'utf8')) as { readonly version: string };
  return `syncline ${manifest.version}`;
}

/** Signs every side in, links its folder and syncs it once, so that all hold the same and know it. */
async function linkDevices(folders: FolderPair, { apiUrl, sides }: SynclineOptions): Promise<readonly Device[]> {
  const email = newEmail();
  const devices: Device[] = [];
  for (const side of sides) {
    const home = join(folders.state, side);
    await mkdir(home, { recursive: true });
    const device = {
      side,
      cli: new CliDevice({ home, apiUrl, command: await publishedCommand() }),
      folder: folders[side],
    };
    const signIn = devices.length === 0 ? 'signup' : 'login';
    await device.cli.expect([signIn, '--email', email, '--password-stdin'], `${PASSWORD}\n`);
    await device.cli.expect(['link', device.folder]);
    await (await startCommand(device, ['sync', '--once', device.folder])).expectEnd(LONG_RUN_MS_MAX);
    devices.push(device);
  }
  return devices;
}

async function startCommand({ cli: { home } }: Device, args: readonly string[]): Promise<Program> {
  const command = await publishedCommand();
  const env = { ...peerEnvironment(home), SYNCLINE_HOME: home, NO_COLOR: '1' };
  return Program.start({ file: process.execPath, args: [...DAEMON_NODE_FLAGS, command, ...args], env, cwd: home });
}

function daemons(devices: readonly Device[]): DaemonPair {
  const programs = new Map<Side, Program>();
  const find = (side: Side): { readonly device: Device; readonly program: Program } => {
    const device = devices.find((candidate) => candidate.side === side);
    const program = programs.get(side);
    if (device === undefined || program === undefined) throw new Error(`Syncline ${side} was not started`);
    return { device, program };
  };
  return {
    kind: 'daemons',
    sides: devices.map(({ side }) => side),
    start: async (side) => {
      const device = devices.find((candidate) => candidate.side === side);
      if (device === undefined) throw new Error(`Syncline ${side} is not linked`);
      programs.set(side, await startCommand(device, ['start', '--foreground']));
    },
    waitIdle: async (side) => {
      const { device, program } = find(side);
      return waitIdle(device, program);
    },
    sessionOf: (side) => find(side).program.sessionId,
    stop: async () => {
      await Promise.all([...programs.values()].map((program) => program.stop()));
      programs.clear();
    },
  };
}

/** The daemon itself says since when it is idle, so that the time of asking does not count. */
async function waitIdle({ cli: { home } }: Device, program: Program): Promise<number> {
  const deadline = Date.now() + LONG_RUN_MS_MAX;
  while (Date.now() < deadline) {
    program.assertRunning();
    const daemon = await connectDaemon(home);
    if (daemon === undefined) {
      await sleep(LOOK_PAUSE_MS);
      continue;
    }
    const timer = setTimeout(() => daemon.close(), deadline - Date.now());
    try {
      for await (const { folders } of daemon.watch()) {
        const isIdle = folders.length > 0 && folders.every(({ state }) => state === 'idle');
        if (isIdle) return Math.max(...folders.map(({ since }) => Date.parse(since)));
      }
    } finally {
      clearTimeout(timer);
      daemon.close();
    }
  }
  throw new Error('Syncline did not come to rest');
}
