import { type ContentHash, type EpochMs, epochMs, type NamespaceId } from '@syncline/protocol';
import { DiskRoom, type RoomLack } from './disk-room.ts';
import { HUGE_TRANSFERS_MAX, LARGE_TRANSFERS_MAX, RETRY_MS_MAX } from './limits.ts';
import {
  type DiskRefusal,
  DiskRefusedError,
  type EnginePorts,
  type FetchedContent,
  type SentContent,
  type StagedContent,
} from './ports.ts';
import { retryPauseMs } from './retry-pause.ts';
import { RunningTransfers } from './running-transfers.ts';
import type { LocalIdentity } from './trees.ts';

/** What sending a file has come to. */
export interface SentFile {
  readonly sent: SentContent;
  /** Which it was sent to. */
  readonly namespaceId: NamespaceId;
  /** Why the file could not be read to its end, if it could not. */
  readonly failure: 'changed' | 'unreadable' | undefined;
}

/** A content that was fetched, and where it lies. */
export type FetchedFile =
  | { readonly kind: 'staged'; readonly staged: StagedContent; readonly fetched: FetchedContent }
  | { readonly kind: 'disk-refused'; readonly reason: DiskRefusal }
  | { readonly kind: 'no-room'; readonly lack: RoomLack };

/** What reading a file has come to; without a content it has changed, or cannot be read. */
export interface NamedFile {
  readonly contentHash: ContentHash | undefined;
  readonly failure: 'changed' | 'unreadable' | undefined;
}

/** A transfer that rests after a failure. */
interface Pause {
  readonly failures: number;
  readonly notBefore: EpochMs;
  /** Its bytes did not get through; else something else has failed. */
  readonly isHeldBack: boolean;
}

/** All transfers of one folder that go on beside its rounds. */
export class LargeTransfers {
  readonly uploads: RunningTransfers<SentFile>;
  readonly downloads: RunningTransfers<FetchedFile>;
  readonly reads: RunningTransfers<NamedFile>;
  /** Of all downloads, small ones too. */
  readonly room: DiskRoom;
  readonly #ports: Pick<EnginePorts, 'clock' | 'random'>;
  readonly #pauses = new Map<string, Pause>();
  readonly #waiting: (() => void)[] = [];

  /** `onEnd` is told whenever one of them has ended. */
  constructor(ports: Pick<EnginePorts, 'clock' | 'random' | 'files'>, onEnd: () => void) {
    this.#ports = ports;
    this.room = new DiskRoom(ports);
    const ended = (): void => {
      for (const resolve of this.#waiting.splice(0)) resolve();
      onEnd();
    };
    const open = <T>(discard: (value: T) => Promise<void>) =>
      new RunningTransfers<T>({
        transfersMax: LARGE_TRANSFERS_MAX,
        hugeMax: HUGE_TRANSFERS_MAX,
        discard,
        onEnd: ended,
      });
    this.uploads = open(async () => undefined);
    this.reads = open(async () => undefined);
    this.downloads = open(closeStaged);
  }

  /** Whether any is under way, or has ended and waits for a round. */
  get isRunning(): boolean {
    return this.#all().some(({ size }) => size > 0);
  }

  /** Whether anything of them goes on, or waits for a round. */
  get isBusy(): boolean {
    return this.#all().some(({ size, isUnderWay }) => size > 0 || isUnderWay);
  }

  /** Whether there is anything that a plan may not want any more. */
  get isKnown(): boolean {
    return this.isRunning || this.#pauses.size > 0;
  }

  /** Resolves when one has ended that nobody has taken. Precondition: it is busy. */
  next(): Promise<void> {
    if (this.#all().some(({ hasEnded }) => hasEnded)) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Leaves all of them; what was stored and staged serves those that are begun again. */
  leaveAll(): void {
    for (const transfers of this.#all()) transfers.retain(new Set());
  }

  /** Resolves when nothing of any of them goes on that was under way. */
  async ended(): Promise<void> {
    await Promise.all(this.#all().map((transfers) => transfers.ended()));
  }

  get hasPauses(): boolean {
    return this.#pauses.size > 0;
  }

  /** Why and until when a transfer rests; undefined: it may be begun. */
  pauseOf(key: string): Omit<Pause, 'failures'> | undefined {
    const pause = this.#pauses.get(key);
    const pauseMs = pause === undefined ? 0 : pause.notBefore - this.#ports.clock.now();
    // A clock that was put back does not make the pause longer.
    return pauseMs > 0 && pauseMs <= RETRY_MS_MAX ? pause : undefined;
  }

  /** Lets a transfer rest that has failed; longer each time, and as after `least` failures at least. Answers until when. */
  pause(key: string, { isHeldBack, least } = { isHeldBack: false, least: 0 }): EpochMs {
    const failures = Math.max(least, this.#pauses.get(key)?.failures ?? 0);
    const { clock, random } = this.#ports;
    const notBefore = epochMs(clock.now() + retryPauseMs(random, failures));
    this.#pauses.set(key, { failures: failures + 1, notBefore, isHeldBack });
    return notBefore;
  }

  /** Forgets the failures of all transfers but these. */
  keepPauses(wanted: ReadonlySet<string>): void {
    for (const key of this.#pauses.keys()) if (!wanted.has(key)) this.#pauses.delete(key);
  }

  /** Forgets all failures: somebody asks for another try at once. */
  endPauses(): void {
    this.#pauses.clear();
  }

  #all(): readonly Pick<RunningTransfers<unknown>, 'size' | 'isUnderWay' | 'hasEnded' | 'retain' | 'ended'>[] {
    return [this.uploads, this.downloads, this.reads];
  }
}

/** A name for one state of one file. */
export function stateKey({ device, inode, size, mtimeNs, ctimeNs }: LocalIdentity): string {
  return `${device}/${inode}/${size}/${mtimeNs}/${ctimeNs}`;
}

/** Closes what was fetched and is not placed; it stays in staging. */
export async function closeStaged(file: FetchedFile): Promise<void> {
  if (file.kind !== 'staged') return;
  try {
    await file.staged.close();
  } catch (failure) {
    // Nobody wants what lies in it; the next one with this content finds out by its hash what of it is there.
    if (!(failure instanceof DiskRefusedError)) throw failure;
  }
}
