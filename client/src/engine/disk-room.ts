import {
  DISK_RESERVE_BYTES_MAX,
  DISK_RESERVE_LENT_SHARE,
  DISK_RESERVE_SHARE,
  DISK_SPACE_BYTES_MAX,
  DISK_SPACE_MS_MAX,
} from './limits.ts';
import { DiskRefusedError, type DiskSpace, type EnginePorts } from './ports.ts';

/** Why a content does not fit on the disk, in bytes. */
export interface RoomLack {
  /** What is still to be written of it. */
  readonly neededBytes: number;
  readonly freeBytes: number;
  /** What stays free whatever comes. */
  readonly reserveBytes: number;
  /** What others that come in at the moment will still take. */
  readonly claimedBytes: number;
}

/** The disk has no room any more for the rest of a content. */
export class NoRoomError extends DiskRefusedError {
  readonly lack: RoomLack;

  constructor(lack: RoomLack) {
    super('the disk has no room for the rest');
    this.lack = lack;
  }
}

/** Room that a download has been promised. */
export interface RoomClaim {
  /**
   * Runs a write of so many bytes. They count as taken when it has ended: what is under way does not show on the disk.
   * @throws NoRoomError when somebody else has filled the disk meanwhile; what the write throws.
   */
  spend(bytes: number, write: () => Promise<void>): Promise<void>;
  /** Gives back what is left of it. */
  release(): void;
}

/** Room that stays free on a disk of this size, in bytes. */
export function diskReserve({ totalBytes }: Pick<DiskSpace, 'totalBytes'>): number {
  return Math.min(DISK_RESERVE_BYTES_MAX, Math.floor(totalBytes * DISK_RESERVE_SHARE));
}

/**
 * The room that the downloads of one folder share, so that they do not fill the disk together. A disk that does not tell how much is free has
 * room for everything. Costs a look at the disk each second or 64 MiB, and one for each content that does not fit.
 */
export class DiskRoom {
  readonly #ports: Pick<EnginePorts, 'clock' | 'files'>;
  #space: DiskSpace | undefined;
  #lookedAt: number | undefined;
  #looking: Promise<void> | undefined;
  /** Since the last look began. */
  #writtenBytes = 0;
  #claimedBytes = 0;

  constructor(ports: Pick<EnginePorts, 'clock' | 'files'>) {
    this.#ports = ports;
  }

  /** Promises room for so many bytes, or says why there is none. */
  async claim(bytes: number): Promise<RoomClaim | RoomLack> {
    // What fits by what is known need not be looked up for every small file.
    if (this.#isStale() || this.#spareBytes() < bytes) await this.#look();
    if (this.#spareBytes() < bytes) return this.#lack(bytes);
    this.#claimedBytes += bytes;
    let left = bytes;
    const take = (taken: number): void => {
      left -= taken;
      this.#claimedBytes -= taken;
    };
    return {
      spend: async (written, write) => {
        if (this.#isStale()) await this.#look();
        if (this.#spareBytes() < -this.#reserveBytes() * DISK_RESERVE_LENT_SHARE) {
          throw new NoRoomError(this.#lack(left, left));
        }
        await write();
        take(Math.min(left, written));
        this.#writtenBytes += written;
      },
      release: () => take(left),
    };
  }

  #lack(neededBytes: number, own = 0): RoomLack {
    const freeBytes = Math.max(0, (this.#space?.freeBytes ?? 0) - this.#writtenBytes);
    return { neededBytes, freeBytes, reserveBytes: this.#reserveBytes(), claimedBytes: this.#claimedBytes - own };
  }

  /** Free beside the reserve and all that was promised; less than nothing where somebody else has taken that. */
  #spareBytes(): number {
    if (this.#space === undefined) return Number.POSITIVE_INFINITY;
    return this.#space.freeBytes - this.#reserveBytes() - this.#writtenBytes - this.#claimedBytes;
  }

  #reserveBytes(): number {
    return this.#space === undefined ? 0 : diskReserve(this.#space);
  }

  #isStale(): boolean {
    if (this.#lookedAt === undefined || this.#writtenBytes >= DISK_SPACE_BYTES_MAX) return true;
    return Math.abs(this.#ports.clock.now() - this.#lookedAt) >= DISK_SPACE_MS_MAX;
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    // What is written while the disk is asked may count twice, and never not at all.
    this.#writtenBytes = 0;
    this.#space = await this.#ports.files.space();
    this.#lookedAt = this.#ports.clock.now();
  }
}
