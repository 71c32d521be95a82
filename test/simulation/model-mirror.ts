import {
  type ContentHash,
  type DeviceId,
  type EpochMs,
  epochMs,
  type Node,
  type NodeId,
  type Operation,
  type OpId,
  type PutOperation,
  parseInstant,
  type UploadId,
} from '@syncline/protocol';
import type { JournalEntry, NamespaceTransaction, StoredResult } from '../../lambdas/namespaces/namespace-store.ts';
import { textBytes } from '../support/in-memory-member.ts';
import { ModelService } from '../support/model-service.ts';
import type { ContentLedger } from './content-ledger.ts';
import type { Stage } from './stage.ts';

/** What of a node has to be as the model says. */
const COMPARED = ['parentId', 'name', 'kind', 'rev', 'contentRev', 'placeRev', 'contentHash', 'executable'] as const;

export interface AskedOperation {
  readonly operation: Operation;
  readonly deviceName: string;
}

/** What devices have asked the service for. */
export interface Asked {
  operation(deviceId: DeviceId, opId: OpId): AskedOperation | undefined;
  upload(uploadId: UploadId): ContentHash | undefined;
}

/** Does everything that the service has committed once more, on the model, and compares what comes of it. */
export class ModelMirror {
  readonly #stage: Stage;
  readonly #ledger: ContentLedger;
  readonly #model: ModelService;
  #now: EpochMs = epochMs(0);
  #nextId: NodeId | undefined;

  constructor(stage: Stage, ledger: ContentLedger, namespaceId: ModelService['namespaceId']) {
    this.#stage = stage;
    this.#ledger = ledger;
    this.#model = new ModelService({
      namespaceId,
      now: () => this.#now,
      newNodeId: () => this.#nextId ?? this.#model.rootId,
    });
  }

  apply(transaction: NamespaceTransaction, asked: Asked): void {
    for (const { deviceId, opId, result } of transaction.results) {
      const found = asked.operation(deviceId, opId);
      if (found === undefined) {
        this.#stage.violate('I-8', `${opId} was committed, and nobody asked for it`);
        return;
      }
      const { operation } = found;
      if (operation.type === 'put') this.#knowContent(operation, asked);
      const entry = result.node === undefined ? transaction.entries.find(({ seq }) => seq === result.seq) : undefined;
      this.#repeat({ deviceId, ...found, result, entry });
    }
  }

  #knowContent({ uploadId, content }: PutOperation, asked: Asked): void {
    const contentHash = uploadId === undefined ? content?.contentHash : asked.upload(uploadId);
    if (contentHash === undefined) return;
    const bytes = textBytes(this.#ledger.textOf(contentHash) ?? '');
    this.#model.adopt(uploadId, { contentHash, bytes });
  }

  #repeat(done: {
    readonly deviceId: DeviceId;
    readonly deviceName: string;
    readonly operation: Operation;
    readonly result: StoredResult;
    readonly entry: JournalEntry | undefined;
  }): void {
    const { operation, entry } = done;
    const real = entry?.node ?? done.result.node;
    if (entry !== undefined) this.#now = parseInstant(entry.changedAt);
    this.#nextId = real?.nodeId;
    const before = this.#model.journal.length;
    const [answer] = this.#model.commit(done, [operation]);
    const added = this.#model.journal.length - before;
    const isExpected =
      answer?.status === 'committed' && added === (entry === undefined ? 0 : 1) && isSame(answer.node, real);
    this.#stage.check(
      isExpected,
      'I-5',
      () => `${JSON.stringify(operation)} gave ${JSON.stringify(real)}, and by the model ${JSON.stringify(answer)}`,
    );
  }
}

function isSame(model: Node, real: Node | undefined): boolean {
  return real !== undefined && COMPARED.every((field) => (model[field] ?? false) === (real[field] ?? false));
}
