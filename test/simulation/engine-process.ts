import { MiB, type NamespaceId } from '@syncline/protocol';
import { type ApiClient, createApiClient } from '../../client/src/api/api-client.ts';
import type { Clock as ApiClock } from '../../client/src/api/clock.ts';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import { localNames } from '../../client/src/engine/local-names.ts';
import type { Clock, FileSystem, StateStore } from '../../client/src/engine/ports.ts';
import { SyncLoop } from '../../client/src/engine/sync-loop.ts';
import { NodeFileSystem } from '../../client/src/platform/node/node-file-system.ts';
import type { RootMarker } from '../../client/src/platform/node/root-marker.ts';
import { createApiRemote } from '../../client/src/sync/api-remote.ts';
import { NamespaceHints } from '../../client/src/sync/namespace-hints.ts';
import { SocketHub } from '../../client/src/sync/socket-hub.ts';
import { RequestWindow } from '../../client/src/transfers/request-window.ts';
import { TransferGate } from '../../client/src/transfers/transfer-gate.ts';
import { type DiskErrorCode, diskError } from '../support/disk-paths.ts';
import { type Member, sha256Hex } from '../support/in-memory-member.ts';
import { IN_MEMORY_URL, inMemoryTokens } from '../support/in-memory-transport.ts';
import { MemoryKnownManifests } from '../support/memory-known-manifests.ts';
import { type CallFault, type CountedCall, SimulatedProcess } from '../support/simulated-process.ts';
import { SimulatedWatcher, type WatcherMode } from '../support/simulated-watcher.ts';
import type { Chance } from './chance.ts';
import { ROOT } from './device-disk.ts';
import { scheduledCalls } from './scheduled-calls.ts';
import type { SimulatedDevice, World } from './simulated-device.ts';
import { SimulatedSockets } from './simulated-sockets.ts';

/** Usual time of one call of a disk, in simulated ms. */
const DISK_MS_MAX = 2;
/** Time by which a watcher that is late is late, at most. */
export const LATE_HINT_MS_MAX = 3000;
/** People here write few files at a time: already two travel in a pack. A single one goes by itself. */
const PACK_FILES_MIN = 2;
const WATCHERS: readonly WatcherMode[] = ['exact', 'exact', 'delayed', 'duplicated', 'overflow'];

/** From which size on files are transferred beside the rounds: none of a history's files, those that were appended to, or all. */
const LARGE_FILE_BYTES = [Number.POSITIVE_INFINITY, 15, 0] as const;

/** Something that happens when a process is about to make its n-th call from now. */
export interface Ambush {
  readonly calls: number;
  readonly act: () => void;
}

/**
 * One process of the client: the real loop, file system, hints, client and transfers, on simulated ports. Once it is dead nothing that it
 * waits for comes, and nothing that it asks for is done; what was under way in the network goes on without it.
 */
export class EngineProcess {
  readonly loop: SyncLoop;
  isAlive = true;
  /** Event in which the present round began. */
  roundBeganAt = 0;
  readonly #world: World;
  readonly #device: SimulatedDevice;
  readonly #chance: Chance;
  readonly #process: SimulatedProcess;
  readonly #sockets: SimulatedSockets;
  readonly #hub: SocketHub;
  #ambushes: { callsLeft: number; readonly act: () => void }[] = [];
  #hasListed = false;

  constructor(
    world: World,
    own: {
      readonly device: SimulatedDevice;
      readonly chance: Chance;
      readonly marker: RootMarker;
      readonly name: string;
    },
  ) {
    const { device, chance } = own;
    this.#world = world;
    this.#device = device;
    this.#chance = chance;
    this.#process = new SimulatedProcess(device.disk.simulated, device.disk.names);
    this.#process.faults = (call) => this.#meet(call);
    this.#sockets = new SimulatedSockets(world, { end: device, name: own.name });
    const clock = this.#clock();
    const random = (): number => chance.fraction();
    const { api, transport } = this.#client(device.member, clock);
    this.#hub = new SocketHub({ api, connector: this.#sockets, clock, random });
    const window = new RequestWindow(clock);
    const gate = new TransferGate({ tasksMax: 8, bytesMax: 64 * MiB, window });
    const remote = createApiRemote(
      { api, transport: window.watch(transport), gate, clock, random, packFilesMin: PACK_FILES_MIN },
      {
        namespaceId: device.namespaceId,
        deviceId: device.member.deviceId,
        signal: new AbortController().signal,
        isChunk: (bytes, ref) => sha256Hex(bytes) === ref.hash,
        manifests: new MemoryKnownManifests(),
        onBytes: () => undefined,
      },
    );
    const watcher = this.#watcher();
    this.loop = new SyncLoop(
      {
        clock,
        random: (count) => chance.bytes(count),
        files: this.#files(own.marker, watcher),
        remote,
        store: this.#storeCalls(device.store),
        watcher,
        hints: this.#hints(api, clock, device.namespaceId),
      },
      {
        deviceName: device.name,
        names: localNames('posix'),
        bootedAt: device.bootedAt,
        isUnavailable: (failure) => failure instanceof UnavailableError,
        largeFileBytes: chance.pick(LARGE_FILE_BYTES),
      },
    );
  }

  /** Whether pushes come in. */
  get isConnected(): boolean {
    return this.#hub.state() === 'connected';
  }

  run(): void {
    this.loop.run().then(
      () => this.#world.stage.check(!this.isAlive, 'engine', () => `the loop of ${this.#device.name} has ended`),
      (error: unknown) => {
        if (!this.isAlive) return;
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#world.stage.violate('engine', `the loop of ${this.#device.name} ended with ${text}`);
      },
    );
  }

  lieInWait(ambush: Ambush): void {
    this.#ambushes.push({ callsLeft: ambush.calls, act: ambush.act });
  }

  /** Takes back everything that lies in wait. */
  spare(): void {
    this.#ambushes = [];
  }

  kill(): void {
    this.isAlive = false;
    this.#process.kill();
    this.cutSockets();
  }

  cutSockets(): void {
    this.#sockets.cut();
  }

  #clock(): Clock & ApiClock {
    const { scheduler } = this.#world.stage;
    return {
      now: () => this.#device.clock.now(),
      today: () => new Date(this.#device.clock.now()),
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          signal?.throwIfAborted();
          const abort = (): void => {
            if (this.isAlive) reject(signal?.reason);
          };
          signal?.addEventListener('abort', abort, { once: true });
          scheduler.after(ms, () => {
            signal?.removeEventListener('abort', abort);
            if (this.isAlive) resolve();
          });
        }),
      after: (ms, callback) => {
        let isWanted = true;
        scheduler.after(ms, () => {
          if (isWanted && this.isAlive) callback();
        });
        return () => {
          isWanted = false;
        };
      },
    };
  }

  #client({ subject, deviceId }: Member, clock: ApiClock) {
    const network = this.#world.network.transportOf(this.#device);
    const transport: typeof network = {
      send: (request) =>
        this.#whileAlive(() => {
          const name = nameOf(request);
          this.#count(name);
          this.#tell(name);
          for (const [, opId = ''] of name.matchAll(/"opId":"([^"]+)"/g)) this.#device.asks(opId);
          return network.send(request);
        }),
    };
    const api = createApiClient({
      baseUrl: IN_MEMORY_URL,
      transport,
      tokens: inMemoryTokens(subject),
      deviceId,
      clock,
      random: () => this.#chance.fraction(),
    });
    return { api, transport };
  }

  #hints(api: ApiClient, clock: ApiClock, namespaceId: NamespaceId): NamespaceHints {
    const random = (): number => this.#chance.fraction();
    return new NamespaceHints({ hub: this.#hub, api, clock, random }, namespaceId);
  }

  #files(marker: RootMarker, watcher: SimulatedWatcher): FileSystem {
    const { scheduler } = this.#world.stage;
    const calls = scheduledCalls(this.#device.disk.checked(this.#process.calls), (call) =>
      this.#whileAlive(async () => {
        await scheduler.sleep(this.#chance.fraction() * DISK_MS_MAX);
        if (!this.isAlive) return never();
        const answer = await call();
        if (this.#world.stage.faults.strikes('disk-half-done')) throw diskError('EIO');
        return answer;
      }),
    );
    const today = (): string => new Date(this.#device.clock.now()).toISOString().slice(0, 10);
    const files = new NodeFileSystem({ root: ROOT, marker, today, calls, watcher, togetherMin: 2 });
    return {
      verifyRoot: () => {
        // A round verifies the root before it looks at anything, and once more behind that.
        if (this.#hasListed) this.#device.disk.noteLook();
        else this.roundBeganAt = scheduler.events;
        this.#hasListed = false;
        return files.verifyRoot();
      },
      list: (path) => {
        this.#hasListed = true;
        return files.list(path);
      },
      look: (path) => files.look(path),
      read: (file, range) => files.read(file, range),
      makeFolder: (path, into) => files.makeFolder(path, into),
      move: (move) => files.move(move),
      trash: (doomed) => files.trash(doomed),
      setExecutable: (file) => files.setExecutable(file),
      stage: (content) => files.stage(content),
      unstage: (key) => files.unstage(key),
      stagedKeys: () => files.stagedKeys(),
      stagedBytes: (key) => files.stagedBytes(key),
      space: () => files.space(),
      makeDurable: (staged) => files.makeDurable(staged),
      publish: (file) => files.publish(file),
      bringBack: (isAgreed) => files.bringBack(isAgreed),
      secure: (path) => files.secure(path),
      flush: () => files.flush(),
    };
  }

  #watcher(): SimulatedWatcher {
    const { simulated } = this.#device.disk;
    const { scheduler } = this.#world.stage;
    const mode = this.#chance.pick(WATCHERS);
    const watcher = new SimulatedWatcher(simulated, { root: ROOT, mode });
    simulated.volume.onChange(() => {
      if (!this.isAlive) void watcher.close();
      else if (mode === 'delayed' || mode === 'duplicated') {
        scheduler.after(this.#chance.fraction() * LATE_HINT_MS_MAX, () => watcher.deliver());
      }
    });
    return watcher;
  }

  #storeCalls(store: StateStore): StateStore {
    return {
      load: () => store.load(),
      save: (difference) => this.#process.call({ name: 'save', path: '' }, () => store.save(difference)),
    };
  }

  /** What befalls a call that is about to be made. */
  #meet({ name, path }: CountedCall): CallFault | undefined {
    this.#tell(`${name} ${path}`);
    this.#count(name);
    if (!this.isAlive) return 'killed-before';
    const { faults } = this.#world.stage;
    if (faults.strikes('live-edit')) this.#device.edit(inFolder(path));
    // What a close that fails has done nobody can say.
    if (name === 'save' || name === 'fclose') return undefined;
    if (faults.strikes('disk-refused')) return this.#chance.pick(REFUSALS[name] ?? ['EIO']);
    return (name === 'fread' || name === 'fwrite') && faults.strikes('disk-half-done') ? 'short' : undefined;
  }

  #count(_name: string): void {
    for (const waiting of this.#ambushes) {
      waiting.callsLeft -= 1;
      if (waiting.callsLeft === 0 && this.isAlive) waiting.act();
    }
  }

  #tell(what: string): void {
    this.#world.stage.tell(this.#device.name, () => what);
  }

  /** The dead neither ask nor hear. */
  #whileAlive<T>(call: () => Promise<T>): Promise<T> {
    if (!this.isAlive) return never();
    return new Promise((resolve, reject) => {
      call().then(
        (value) => (this.isAlive ? resolve(value) : undefined),
        (error: unknown) => (this.isAlive ? reject(error) : undefined),
      );
    });
  }
}

/** What the operating system refuses a call with. */
const REFUSALS: Readonly<Record<string, readonly DiskErrorCode[]>> = {
  readdir: ['EIO', 'EACCES'],
  lstat: ['EIO', 'EACCES'],
  open: ['EIO', 'EACCES'],
  mkdir: ['ENOSPC', 'EIO', 'EACCES'],
  link: ['ENOSPC', 'EIO', 'EACCES'],
  rename: ['ENOSPC', 'EIO', 'EACCES'],
  fwrite: ['ENOSPC', 'EIO'],
  fsync: ['EIO', 'ENOSPC'],
};

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

/** What a request is about, for the trace. */
function nameOf({
  method,
  url,
  body,
}: {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}): string {
  if (url.startsWith('memory:')) return `${method} object`;
  return `${method} ${url.slice(IN_MEMORY_URL.length, 60)} ${typeof body === 'string' ? body : ''}`;
}

/** The path in the synced folder that a call is about; of two the second. Undefined when it is about something else. */
function inFolder(path: string): string | undefined {
  const whole = path.slice(path.lastIndexOf(' ') + 1);
  return whole.startsWith(`${ROOT}/`) && !whole.startsWith(`${ROOT}/.`) ? whole.slice(ROOT.length + 1) : undefined;
}
