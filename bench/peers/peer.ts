/** The two folders that are kept the same. */
export type Side = 'a' | 'b';

export interface FolderPair {
  readonly a: string;
  readonly b: string;
  /** An empty directory for configuration, databases and logs. */
  readonly state: string;
}

/** A program that keeps two folders the same. */
export interface Peer {
  /** With the settings that matter, as in `Syncthing, default settings`. */
  readonly name: string;
  /** Whether it is ours, so that our aims are meant for it. */
  readonly isOurs: boolean;
  /** Whether it waits for many seconds before it looks at a change. */
  readonly isSlow: boolean;
  /** What it calls itself and its version; undefined when it is not installed. */
  version(): Promise<string | undefined>;
  /** Sets it up for two folders that hold the same files, brings it to rest, and leaves nothing running. */
  link(folders: FolderPair): Promise<LinkedPair>;
}

export type LinkedPair = DaemonPair | BatchPair;

/** A program that stays, and finds changes by itself. */
export interface DaemonPair {
  readonly kind: 'daemons';
  /** The sides that have a process of their own; one process may serve both. */
  readonly sides: readonly Side[];
  /** Returns as soon as the process is there. */
  start(side: Side): Promise<void>;
  /**
   * Resolves when a side, and the other one if it runs, has looked at everything and has nothing left to do. Answers the moment
   * (ms since 1970) at which this side's first look at everything ended. @throws Error when that takes longer than a bound.
   */
  waitIdle(side: Side): Promise<number>;
  /** Makes a side look at everything now; absent where there is no way to ask. Resolves when it has looked. */
  lookNow?(side: Side): Promise<void>;
  /** All bytes that a side has received from the other since its start; absent where it does not tell. */
  takenBytes?(side: Side): Promise<number>;
  /** The session of a side's processes. Precondition: it was started. */
  sessionOf(side: Side): number;
  /** Stops what runs; it can be started again. */
  stop(): Promise<void>;
}

/** A program that has to be run for every change. */
export interface BatchPair {
  readonly kind: 'batch';
  /** One run from its start to its end. `onStart` is told the session of each process in turn. */
  run(onStart?: (sessionId: number) => void): Promise<void>;
}

/** The environment of programs that must not see the person's own configuration. */
export function peerEnvironment(state: string): Readonly<Record<string, string>> {
  return { PATH: process.env['PATH'] ?? '', HOME: state, LANG: 'C.UTF-8' };
}
