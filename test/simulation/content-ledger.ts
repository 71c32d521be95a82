import { type ChunkHash, type ContentHash, packManifest } from '@syncline/protocol';
import { chunkOf, sha256Hex, textBytes } from '../support/in-memory-member.ts';
import type { Stage } from './stage.ts';

interface Known {
  readonly text: string;
  /** Somebody has overwritten or removed it on purpose, on some disk: then it need not be in the tree at the end. */
  isDestroyed: boolean;
  /** A loss of power has made it: nobody ever wrote that. */
  isTorn: boolean;
  /** It is the content of a revision, so it can be restored. */
  isCommitted: boolean;
  /** Devices on whose disk it has stood as a whole, by id. */
  readonly seenBy: Set<string>;
  /** Devices at which somebody wrote it. */
  readonly wroteAt: Set<string>;
}

/** Every content that somebody ever wrote, and what has become of it. A content is known by its text. */
export class ContentLedger {
  readonly #stage: Stage;
  readonly #byText = new Map<string, Known>();
  readonly #byHash = new Map<string, Known>();
  readonly #chunks = new Set<ChunkHash>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Somebody has written this text to a disk. */
  written(text: string, deviceId: string): void {
    const known = this.#know(text);
    known.seenBy.add(deviceId);
    known.wroteAt.add(deviceId);
  }

  /** A loss of power has left this text on a disk, which may be one that somebody wrote before. */
  left(text: string, deviceId: string): void {
    const isKnown = this.isKnown(text);
    this.written(text, deviceId);
    if (isKnown) return;
    const known = this.#know(text);
    known.isTorn = true;
    known.isDestroyed = true;
  }

  /** The engine has brought this text to a disk. */
  brought(text: string, deviceId: string): void {
    this.#know(text).seenBy.add(deviceId);
  }

  wrote(deviceId: string, text: string): boolean {
    return this.#byText.get(text)?.wroteAt.has(deviceId) === true;
  }

  destroyed(text: string): void {
    this.#know(text).isDestroyed = true;
  }

  /** A revision has this content. Answers its text; undefined when nobody ever wrote it. */
  committed(contentHash: ContentHash): string | undefined {
    const known = this.#byHash.get(contentHash);
    if (known === undefined) return undefined;
    known.isCommitted = true;
    if (known.text !== '') this.#chunks.add(chunkOf(textBytes(known.text)).hash);
    return known.text;
  }

  textOf(contentHash: string): string | undefined {
    return this.#byHash.get(contentHash)?.text;
  }

  isKnown(text: string): boolean {
    return this.#byText.has(text);
  }

  isCommitted(text: string): boolean {
    return this.#byText.get(text)?.isCommitted === true;
  }

  hasSeen(deviceId: string, text: string): boolean {
    return this.#byText.get(text)?.seenBy.has(deviceId) === true;
  }

  /** Whether some revision reaches this chunk. */
  reaches(hash: ChunkHash): boolean {
    return this.#chunks.has(hash);
  }

  /** Texts that nobody has destroyed: all of them belong into the tree once everything has come to rest. Nothing is lost with an empty file. */
  survivors(): readonly string[] {
    const survivors = [...this.#byText.values()].filter(({ isDestroyed, text }) => !isDestroyed && text !== '');
    return survivors.map(({ text }) => text);
  }

  /** A content that somebody wrote is about to leave a disk by the engine's hand: it must be kept elsewhere. */
  checkKept(text: string, how: () => string): void {
    this.#stage.check(
      this.isCommitted(text) || this.#byText.get(text)?.isTorn === true,
      'I-14',
      () => `${how()} took ${JSON.stringify(text)}, which was never committed`,
    );
  }

  #know(text: string): Known {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const made: Known = {
      text,
      isDestroyed: false,
      isTorn: false,
      isCommitted: false,
      seenBy: new Set(),
      wroteAt: new Set(),
    };
    this.#byText.set(text, made);
    this.#byHash.set(contentHashOf(text), made);
    return made;
  }
}

/** The name of a text as a file of one chunk. */
export function contentHashOf(text: string): string {
  const bytes = textBytes(text);
  return sha256Hex(packManifest(bytes.length === 0 ? [] : [chunkOf(bytes)]));
}
