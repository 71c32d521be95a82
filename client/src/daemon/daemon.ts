import { type EpochMs, formatInstant } from '@syncline/protocol';
import type { Clock, Random } from '../api/clock.ts';
import { pause } from '../api/pause.ts';
import { DamagedConfigurationError } from '../platform/node/configuration-directory.ts';
import { describeForeignLink } from '../platform/node/foreign-link.ts';
import {
  type LinkedFolder,
  lockFolder,
  readLinkedFolders,
  removeFolderState,
} from '../platform/node/linked-folders.ts';
import { readSettings, type TransferLimits } from '../platform/node/settings-store.ts';
import { describeWipe } from '../sync/describe-wipe.ts';
import type { FolderSyncs } from '../sync/folder-syncs.ts';
import { readSignIn, type SignIn } from '../sync/session.ts';
import { ChangeSignal } from './change-signal.ts';
import { type DaemonLog, describeFailure } from './daemon-log.ts';
import type { DaemonStatus, FolderStatus } from './daemon-status.ts';
import { FolderSupervisor } from './folder-supervisor.ts';
import { PROBLEMS_LISTED_MAX, RELOAD_MS, STOP_MS_MAX, WIPE_LOOK_MS } from './limits.ts';
import { SOFTWARE_VERSION } from './software-version.ts';

export interface DaemonDependencies {
  readonly home: string;
  readonly pid: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: DaemonLog;
  readonly openSyncs: (signIn: SignIn) => FolderSyncs;
  /** Whether the directory is still the one that this process has the lock of. */
  readonly isHomeOurs: () => boolean;
}

/** States that a person may have mended outside of Syncline: after a reload they are looked at again at once. */
const MENDABLE: ReadonlySet<FolderStatus['state']> = new Set(['refused', 'offline', 'root-missing', 'root-foreign']);

/**
 * The background process of one installation: keeps the sync of all linked folders running, and follows links, settings and sign-in as they
 * change on the disk. Precondition: this process has the installation's lock.
 */
export class Daemon {
  readonly #dependencies: DaemonDependencies;
  readonly #changes: ChangeSignal;
  readonly #stopping = new AbortController();
  readonly #supervisors = new Map<string, FolderSupervisor>();
  readonly #startedAt: EpochMs;
  #signIn: SignIn | undefined;
  #syncs: FolderSyncs | undefined;
  #limits: TransferLimits = {};
  #troubles: readonly string[] = [];
  /** What this process has removed because the account asked for it, for a person to see. */
  #wiped: readonly string[] = [];
  #wipeLookedAt: EpochMs | undefined;
  #reloading: Promise<void> = Promise.resolve();

  constructor(dependencies: DaemonDependencies) {
    this.#dependencies = dependencies;
    this.#changes = new ChangeSignal(dependencies.clock);
    this.#startedAt = dependencies.clock.now();
  }

  /** Changes of the status. */
  get changes(): ChangeSignal {
    return this.#changes;
  }

  get pid(): number {
    return this.#dependencies.pid;
  }

  get home(): string {
    return this.#dependencies.home;
  }

  /** Aborts when the daemon is to end. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Runs until `stop`, and until all folders have come to rest or `STOP_MS_MAX` is over. */
  async run(): Promise<void> {
    const { log } = this.#dependencies;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.reload();
      await pause(this.#dependencies.clock, RELOAD_MS, signal);
    }
    await this.#reloading;
    const folders = this.#supervisors.size;
    const unfinished = await this.#stopFolders([...this.#supervisors.values()]);
    if (unfinished === 0) await this.#syncs?.close();
    log.write({ event: 'daemon-stopped', folders, unfinished });
  }

  stop(reason: 'asked' | 'signal' | 'home-gone'): void {
    if (this.#stopping.signal.aborted) return;
    this.#dependencies.log.write({ event: 'daemon-stopping', reason });
    this.#stopping.abort();
    this.#changes.notify();
  }

  status(): DaemonStatus {
    let problemsMax = PROBLEMS_LISTED_MAX;
    const folders = [...this.#supervisors.values()].map((supervisor) => {
      const status = supervisor.status({ problemsMax });
      problemsMax -= status.problems.length;
      return status;
    });
    return {
      version: SOFTWARE_VERSION,
      pid: this.pid,
      startedAt: formatInstant(this.#startedAt),
      signedIn: this.#syncs !== undefined,
      limits: this.#limits,
      troubles: [...this.#troubles, ...this.#wiped],
      folders: folders.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    };
  }

  /** The folder of this id, or all of them; none when it is not known. */
  folders(folderId: string | undefined): readonly FolderSupervisor[] {
    const all = [...this.#supervisors.values()];
    return folderId === undefined ? all : all.filter(({ folder }) => folder.folderId === folderId);
  }

  /** Follows what the disk says about sign-in, links and settings; resolves when that is done. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#follow());
    return this.#reloading;
  }

  /** A reload that somebody has asked for: what may have been mended is looked at again. */
  async reloadAsked(): Promise<void> {
    await this.reload();
    for (const supervisor of this.#supervisors.values()) {
      if (MENDABLE.has(supervisor.status({ problemsMax: 0 }).state)) void supervisor.syncNow({ acceptDeletes: false });
    }
  }

  async #follow(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const { home, isHomeOurs } = this.#dependencies;
    if (!isHomeOurs()) {
      // Somebody has removed it. Another process may be the daemon of what stands there.
      this.stop('home-gone');
      return;
    }
    const troubles: string[] = [];
    const attempt = async (task: () => Promise<void>): Promise<void> => {
      try {
        await task();
      } catch (failure) {
        troubles.push(this.#explainTrouble(failure));
      }
    };
    await attempt(async () => this.#followSignIn(await readSignIn(home)));
    await attempt(async () => this.#followWipe(await readLinkedFolders(home)));
    await attempt(async () => this.#followFolders(await readLinkedFolders(home)));
    await attempt(async () => this.#followLimits((await readSettings(home)).limits));
    if (troubles.join('\n') === this.#troubles.join('\n')) return;
    this.#troubles = troubles;
    this.#changes.notify();
  }

  async #followSignIn(signIn: SignIn | undefined): Promise<void> {
    if (JSON.stringify(signIn) === JSON.stringify(this.#signIn)) return;
    const folders = this.folders(undefined).map(({ folder }) => folder);
    await this.#drop(folders);
    await this.#syncs?.close();
    this.#signIn = signIn;
    this.#syncs = signIn === undefined ? undefined : this.#dependencies.openSyncs(signIn);
    this.#syncs?.setLimits(this.#limits);
    this.#dependencies.log.write({ event: 'sign-in-changed', signedIn: signIn !== undefined });
    for (const folder of folders) this.#add(folder);
    this.#changes.notify();
  }

  /**
   * A device that the service refuses may have been unlinked, and asked to remove what it has synced; and a removal that was begun is brought
   * to its end, whoever began it. Nothing syncs meanwhile what is removed.
   */
  async #followWipe(folders: readonly LinkedFolder[]): Promise<void> {
    const wipes = this.#syncs?.wipes;
    if (wipes === undefined) return;
    const isBegun = folders.some(({ wiping }) => wiping === true);
    if (!isBegun && !(await this.#isWipeAsked(wipes))) return;
    await this.#drop(isBegun ? folders.filter(({ wiping }) => wiping === true) : folders);
    const outcomes = await (isBegun ? wipes.goOn() : wipes.begin());
    const wiped = outcomes.flatMap((outcome) => (outcome.state === 'wiped' ? [outcome] : []));
    if (wiped.length === 0) return;
    this.#wiped = [...this.#wiped, ...wiped.flatMap(describeWipe)];
    const removed = wiped.reduce((sum, one) => sum + one.removedFiles, 0);
    const kept = wiped.reduce((sum, one) => sum + one.kept.length, 0);
    this.#dependencies.log.write({ event: 'device-wiped', folders: wiped.length, removed, kept });
    this.#changes.notify();
  }

  /** Asks the account once when a folder begins to be refused, and then from time to time. */
  async #isWipeAsked(wipes: FolderSyncs['wipes']): Promise<boolean> {
    const now = this.#dependencies.clock.now();
    if (!this.#isRefused()) this.#wipeLookedAt = undefined;
    else if (this.#wipeLookedAt === undefined || now - this.#wipeLookedAt >= WIPE_LOOK_MS) {
      this.#wipeLookedAt = now;
      return wipes.isAsked();
    }
    return false;
  }

  #isRefused(): boolean {
    return this.folders(undefined).some((supervisor) => supervisor.status({ problemsMax: 0 }).state === 'refused');
  }

  async #followFolders(linked: readonly LinkedFolder[]): Promise<void> {
    const { log } = this.#dependencies;
    const folders = linked.filter(({ wiping }) => wiping !== true);
    const wanted = new Map(folders.map((folder) => [folder.folderId, folder]));
    const gone = this.folders(undefined).filter(({ folder }) => !wanted.has(folder.folderId));
    for (const { folder } of gone) log.write({ event: 'folder-removed', folderId: folder.folderId });
    await this.#drop(gone.map(({ folder }) => folder));
    for (const { folder } of gone) await this.#forget(folder);
    for (const folder of folders) {
      const { folderId } = folder;
      const known = this.#supervisors.get(folderId);
      if (known === undefined) {
        log.write({ event: 'folder-added', folderId });
        this.#add(folder);
      } else if (!isSameLink(known.folder, folder)) {
        log.write({ event: 'folder-changed', folderId });
        await this.#drop([known.folder]);
        this.#add(folder);
      } else if (known.folder.paused !== folder.paused) {
        if (folder.paused) known.pause();
        else known.resume({ acceptDeletes: false });
      }
    }
  }

  async #followLimits(limits: TransferLimits): Promise<void> {
    if (JSON.stringify(limits) === JSON.stringify(this.#limits)) return;
    this.#limits = limits;
    this.#syncs?.setLimits(limits);
    this.#changes.notify();
  }

  #add(folder: LinkedFolder): void {
    const { home, clock, random, log } = this.#dependencies;
    const onStatus = (): void => {
      this.#changes.notify();
      // Why the service refuses is looked at now, and not with the next look at the disk.
      if (this.#syncs !== undefined && this.#wipeLookedAt === undefined && this.#isRefused()) void this.reload();
    };
    const foreign = this.#signIn === undefined ? undefined : describeForeignLink(folder, this.#signIn.account);
    const options =
      foreign === undefined
        ? { folder, syncs: this.#syncs }
        : { folder, syncs: undefined, refusal: `It ${foreign.message}. ${foreign.remedy}` };
    const supervisor = new FolderSupervisor({ home, clock, random, log, onStatus }, options);
    this.#supervisors.set(folder.folderId, supervisor);
    supervisor.start();
    this.#changes.notify();
  }

  /** What is remembered of a folder that is linked no more is of no use to anybody. */
  async #forget({ folderId }: LinkedFolder): Promise<void> {
    const { home } = this.#dependencies;
    const lock = await lockFolder(home, folderId);
    if (lock === undefined) return;
    try {
      await removeFolderState(home, folderId);
    } finally {
      lock.release();
    }
  }

  async #drop(folders: readonly LinkedFolder[]): Promise<void> {
    await Promise.all(folders.flatMap(({ folderId }) => this.folders(folderId)).map((supervisor) => supervisor.stop()));
    for (const { folderId } of folders) this.#supervisors.delete(folderId);
    if (folders.length > 0) this.#changes.notify();
  }

  /** Answers how many have not come to rest in time. What they were doing is begun again by the next start. */
  async #stopFolders(supervisors: readonly FolderSupervisor[]): Promise<number> {
    let unfinished = supervisors.length;
    const stopped = Promise.all(supervisors.map((supervisor) => supervisor.stop().finally(() => (unfinished -= 1))));
    const late = new AbortController();
    await Promise.race([
      stopped.catch((failure: unknown) => this.#explainTrouble(failure)),
      pause(this.#dependencies.clock, STOP_MS_MAX, late.signal),
    ]);
    late.abort();
    return unfinished;
  }

  #explainTrouble(failure: unknown): string {
    this.#dependencies.log.write({ event: 'configuration-unreadable', failure: describeFailure(failure) });
    if (failure instanceof DamagedConfigurationError) return `${failure.message} ${failure.remedy}`;
    return failure instanceof Error ? failure.message : String(failure);
  }
}

/** Whether a sync that runs for the one may go on for the other. */
function isSameLink(a: LinkedFolder, b: LinkedFolder): boolean {
  return (
    a.path === b.path &&
    a.namespaceId === b.namespaceId &&
    a.deviceId === b.deviceId &&
    a.onConflict === b.onConflict &&
    JSON.stringify(a.excluded) === JSON.stringify(b.excluded)
  );
}
