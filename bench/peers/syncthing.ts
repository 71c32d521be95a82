import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startDelayProxy } from '../delay-proxy.ts';
import { freePort } from '../free-port.ts';
import { Program } from '../program.ts';
import { versionOf } from './installed-program.ts';
import { SHORT_RUN_MS_MAX } from './limits.ts';
import { type DaemonPair, type FolderPair, type Peer, peerEnvironment, type Side } from './peer.ts';
import { firstScanEnd, receivedBytes, type SyncthingApi, scanNow, waitInSync } from './syncthing-api.ts';

const FOLDER_ID = 'bench';
const SIDES = ['a', 'b'] as const;
/** Its limits are in KiB a second, whatever their name says. Source: docs.syncthing.net, maxSendKbps. */
const KIBIBYTE = 1024;

export interface SyncthingOptions {
  readonly name: string;
  /** `fsWatcherDelayS`. */
  readonly watcherDelaySeconds: number;
  /** How long a question of one to the other and its answer are under way; nothing is done to them when absent. */
  readonly rttMs?: number;
  /** What each side may send, in megabits a second, by its own limit; as much as it can when absent. */
  readonly linkMbit?: number | undefined;
}

/** Two Syncthings that know each other's address and nobody else. */
export function syncthing(options: SyncthingOptions): Peer {
  const { name, watcherDelaySeconds, rttMs = 0, linkMbit } = options;
  return {
    name,
    isOurs: false,
    isSlow: watcherDelaySeconds >= 5,
    version: () => versionOf('syncthing', ['--version']),
    link: async (folders) => {
      const pair = await configure(folders, { watcherDelaySeconds, rttMs, linkMbit });
      // The first start reads and hashes everything, and both exchange what they have.
      try {
        for (const side of SIDES) await pair.start(side);
        for (const side of SIDES) await pair.waitIdle(side);
      } finally {
        await pair.stop();
      }
      return pair;
    },
  };
}

interface Installation {
  readonly side: Side;
  readonly home: string;
  readonly folder: string;
  readonly deviceId: string;
  readonly configurationVersion: string;
  readonly port: number;
  readonly api: SyncthingApi;
}

async function configure(
  folders: FolderPair,
  {
    watcherDelaySeconds,
    rttMs,
    linkMbit,
  }: { readonly watcherDelaySeconds: number; readonly rttMs: number; readonly linkMbit: number | undefined },
): Promise<DaemonPair> {
  const [a, b] = [await install(folders, 'a'), await install(folders, 'b')];
  const proxy = rttMs === 0 ? undefined : await startDelayProxy([a.port, b.port], rttMs);
  const ways = [
    { own: a, other: b, otherPort: proxy?.ports[1] ?? b.port },
    { own: b, other: a, otherPort: proxy?.ports[0] ?? a.port },
  ];
  for (const way of ways) {
    await writeFile(join(way.own.home, 'config.xml'), configuration({ ...way, watcherDelaySeconds, linkMbit }));
  }
  return daemons({ a, b });
}

/** Makes the keys of an installation, and reads from the configuration beside them what names it. */
async function install(folders: FolderPair, side: Side): Promise<Installation> {
  const home = join(folders.state, side);
  const folder = folders[side];
  const args = ['generate', `--home=${home}`, '--no-default-folder', '--skip-port-probing'];
  const command = { file: 'syncthing', args, env: peerEnvironment(folders.state), cwd: folders.state };
  await (await Program.start(command)).expectEnd(SHORT_RUN_MS_MAX);
  // It syncs no folder without this marker, which it would make itself only where it adds the folder.
  await mkdir(join(folder, '.stfolder'), { recursive: true });
  const generated = await readFile(join(home, 'config.xml'), 'utf8');
  const read = (pattern: RegExp): string => {
    const found = pattern.exec(generated)?.[1];
    if (found === undefined) throw new Error(`Syncthing's configuration has no ${pattern}`);
    return found;
  };
  return {
    side,
    home,
    folder,
    deviceId: read(/<device id="([A-Z0-9-]+)"/),
    configurationVersion: read(/<configuration version="(\d+)"/),
    port: await freePort(),
    api: { port: await freePort(), key: read(/<apikey>(\w+)<\/apikey>/), folderId: FOLDER_ID },
  };
}

/** What is not named keeps its default. Nothing leaves the loopback interface, and nothing looks for others. */
function configuration(pair: {
  readonly own: Installation;
  readonly other: Installation;
  readonly otherPort: number;
  readonly watcherDelaySeconds: number;
  readonly linkMbit: number | undefined;
}): string {
  const { own, other, otherPort, watcherDelaySeconds, linkMbit } = pair;
  const limit =
    linkMbit === undefined
      ? ''
      : `<maxSendKbps>${Math.round((linkMbit * 1_000_000) / 8 / KIBIBYTE)}</maxSendKbps>
      <limitBandwidthInLan>true</limitBandwidthInLan>`;
  const device = ({ side, deviceId }: Installation, port: number) =>
    `<device id="${deviceId}" name="${side}"><address>tcp://127.0.0.1:${port}</address></device>`;
  return `<configuration version="${own.configurationVersion}">
    <folder id="${FOLDER_ID}" label="" path="${own.folder}" type="sendreceive" rescanIntervalS="3600"
      fsWatcherEnabled="true" fsWatcherDelayS="${watcherDelaySeconds}">
      <device id="${own.deviceId}"/><device id="${other.deviceId}"/>
    </folder>
    ${device(own, own.port)}${device(other, otherPort)}
    <gui enabled="true" tls="false"><address>127.0.0.1:${own.api.port}</address><apikey>${own.api.key}</apikey></gui>
    <options>
      <listenAddress>tcp://127.0.0.1:${own.port}</listenAddress>
      <globalAnnounceEnabled>false</globalAnnounceEnabled>
      <localAnnounceEnabled>false</localAnnounceEnabled>
      <relaysEnabled>false</relaysEnabled>
      <natEnabled>false</natEnabled>
      <stunKeepaliveStartS>0</stunKeepaliveStartS>
      <announceLANAddresses>false</announceLANAddresses>
      <startBrowser>false</startBrowser>
      <urAccepted>-1</urAccepted>
      <crashReportingEnabled>false</crashReportingEnabled>
      <autoUpgradeIntervalH>0</autoUpgradeIntervalH>
      ${limit}
    </options>
  </configuration>\n`;
}

function daemons(installations: Readonly<Record<Side, Installation>>): DaemonPair {
  const programs = new Map<Side, Program>();
  const running = (side: Side): Program => {
    const program = programs.get(side);
    if (program === undefined) throw new Error(`Syncthing ${side} was not started`);
    return program;
  };
  return {
    kind: 'daemons',
    sides: SIDES,
    start: async (side) => {
      const { home } = installations[side];
      const args = ['serve', `--home=${home}`, '--no-browser', '--no-upgrade'];
      programs.set(side, await Program.start({ file: 'syncthing', args, env: peerEnvironment(home), cwd: home }));
    },
    waitIdle: async (side) => {
      const idleSince = await firstScanEnd(installations[side].api, running(side));
      if (programs.size === SIDES.length) {
        const { a, b } = installations;
        await waitInSync([
          { api: a.api, otherDevice: b.deviceId, program: running('a') },
          { api: b.api, otherDevice: a.deviceId, program: running('b') },
        ]);
      }
      return idleSince;
    },
    lookNow: (side) => scanNow(installations[side].api),
    takenBytes: (side) => receivedBytes(installations[side].api),
    sessionOf: (side) => running(side).sessionId,
    stop: async () => {
      await Promise.all([...programs.values()].map((program) => program.stop()));
      programs.clear();
    },
  };
}
