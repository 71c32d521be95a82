import { BASES_MAX } from './limits.ts';

export interface ApiBasesOptions {
  /** Where the deployment is looked for first, and asked for its cells: the address that a person typed. */
  readonly baseUrl: string;
  /** The bases of all cells, as that address tells them now. */
  readonly readCells: (signal: AbortSignal | undefined) => Promise<readonly string[]>;
}

/** What an answer `moved` says. */
export interface Move {
  /** That of the request, when the answer is about it; the account's own cell otherwise. */
  readonly namespaceId: string | undefined;
  readonly to: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Which cell of a deployment a request goes to: that of the namespace which it is about, as far as that is known to be elsewhere, or else the account's own. It is
 * learnt by answers `moved` and forgotten with the process: the address that a person typed finds everything again (docs/decisions/0180-cells.md).
 */
export class ApiBases {
  readonly #options: ApiBasesOptions;
  readonly #elsewhere = new Map<string, string>();
  #home: string;

  constructor(options: ApiBasesOptions) {
    this.#options = options;
    this.#home = options.baseUrl;
  }

  baseOf(namespaceId: string | undefined): string {
    return (namespaceId === undefined ? undefined : this.#elsewhere.get(namespaceId)) ?? this.#home;
  }

  /**
   * Goes where an answer points, if that is a cell of this deployment: nobody else is ever sent a token. Answers whether it is.
   * @throws UnavailableError when nobody says which cells there are.
   */
  async follow({ namespaceId, to, signal }: Move): Promise<boolean> {
    const cells = await this.#options.readCells(signal);
    if (!cells.includes(to) || !isAsSafe(to, this.#options.baseUrl)) return false;
    if (namespaceId === undefined) {
      this.#home = to;
      return true;
    }
    // What is learnt is only a short cut: without it the next request is answered `moved` once more.
    if (this.#elsewhere.size >= BASES_MAX) this.#elsewhere.clear();
    this.#elsewhere.set(namespaceId, to);
    return true;
  }
}

/** Whoever began with TLS goes on with it. */
function isAsSafe(to: string, from: string): boolean {
  return to.startsWith('https://') || !from.startsWith('https://');
}
