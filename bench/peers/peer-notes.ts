import type { Peer } from './peer.ts';

/** What a reader must know of the peers: their versions, and why figures of some are not there. */
export class PeerNotes {
  readonly #log: (line: string) => void;
  readonly #versions = new Map<string, string>();
  readonly #absences = new Map<string, string>();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /**
   * Does something with a peer that is installed. Undefined when it is not, or when it fails, now or before: a peer that this
   * machine cannot run is said, and keeps nobody from measuring the others.
   */
  async attempt<T>(peer: Pick<Peer, 'name' | 'version'>, task: () => Promise<T>): Promise<T | undefined> {
    if (this.#absences.has(peer.name)) return undefined;
    try {
      const version = this.#versions.get(peer.name) ?? (await peer.version());
      if (version === undefined) {
        this.#absences.set(peer.name, 'not installed');
        return undefined;
      }
      this.#versions.set(peer.name, version);
      return await task();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#log(`  ${peer.name} failed: ${text}`);
      this.#absences.set(peer.name, 'failed as is said above');
      return undefined;
    }
  }

  /** One line for the report. */
  toString(first: string): string {
    const versions = new Set([...this.#versions].map(([, version]) => version.split(/ (?:"|\()/, 1)[0] ?? ''));
    const absences = [...this.#absences].map(([name, why]) => `${name} not measured: ${why}`);
    return [first, [...versions].join(', '), ...absences].filter((part) => part !== '').join('; ');
  }
}
