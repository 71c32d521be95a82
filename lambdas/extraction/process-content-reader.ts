import type { NamespaceId } from '@syncline/protocol';
import { BoundedProcess, type ProcessAnswer } from '../runtime/bounded-process.ts';
import type { ContentReader, ReadableContent } from './content-reader.ts';
import { READ_MS_MAX, READER_CONTENTS_MAX, READER_HEAP_MIB_MAX, READER_RESIDENT_BYTES_MAX } from './limits.ts';
import { ReadOutcome, type UnreadReason, unread } from './read-outcome.ts';

export interface ProcessContentReaderOptions {
  /** The module that reads (reader-process.ts), and what it may load. */
  readonly entry: string;
  readonly readable: readonly string[];
  /** @default READ_MS_MAX */
  readonly readMsMax?: number;
  /** @default READER_HEAP_MIB_MAX */
  readonly heapMiBMax?: number;
  /** @default READER_RESIDENT_BYTES_MAX */
  readonly residentBytesMax?: number;
}

/** What an end of the process says of the content that it was reading. */
const REASONS: Readonly<Record<Extract<ProcessAnswer, { kind: 'ended' }>['why'], UnreadReason>> = {
  time: 'took-too-long',
  memory: 'took-too-much-memory',
  exit: 'reader-ended',
};

/**
 * Reads contents in a process that may do nothing but that (bounded-process.ts), one after the other. A process reads for one namespace alone, so
 * that a document which takes it over never meets another one's; and what it answers is looked at as what a stranger says.
 */
export class ProcessContentReader implements ContentReader {
  readonly #options: ProcessContentReaderOptions;
  #process: BoundedProcess | undefined;
  #namespaceId: NamespaceId | undefined;
  #contents = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ProcessContentReaderOptions) {
    this.#options = options;
  }

  read(content: ReadableContent): Promise<ReadOutcome> {
    const mine = this.#turn.then(() => this.#read(content));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Ends the process, if there is one. */
  end(): void {
    this.#process?.end();
    this.#process = undefined;
  }

  async #read({ namespaceId, format, bytes }: ReadableContent): Promise<ReadOutcome> {
    const answer = await this.#processFor(namespaceId).ask({ format, bytes }, this.#options.readMsMax ?? READ_MS_MAX);
    if (answer.kind === 'ended') {
      this.end();
      return unread(REASONS[answer.why]);
    }
    const outcome = ReadOutcome.safeParse(answer.message);
    if (outcome.success) return outcome.data;
    this.end();
    return unread('reader-ended');
  }

  #processFor(namespaceId: NamespaceId): BoundedProcess {
    const isUsable = this.#namespaceId === namespaceId && this.#contents < READER_CONTENTS_MAX;
    if (!isUsable || this.#process?.isEnded === true) this.end();
    if (this.#process === undefined) {
      const { entry, readable, heapMiBMax = READER_HEAP_MIB_MAX } = this.#options;
      const { residentBytesMax = READER_RESIDENT_BYTES_MAX } = this.#options;
      this.#process = new BoundedProcess({ entry, readable, heapMiBMax, residentBytesMax });
      this.#namespaceId = namespaceId;
      this.#contents = 0;
    }
    this.#contents += 1;
    return this.#process;
  }
}
