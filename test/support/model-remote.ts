import { Cursor, ERRORS, operationError, type Problem, type ProblemDetails, UploadId } from '@syncline/protocol';
import type { ContentSource, Remote, RemoteAnswer, SentContent } from '../../client/src/engine/ports.ts';
import { type ModelDevice, type ModelService, nameBytes } from './model-service.ts';

/** What goes wrong on the way to the service. */
export interface RemoteFaults {
  /** Called before and after each commit; throws to lose the request or its answer. */
  onCommit?: ((moment: 'before' | 'after') => void) | undefined;
  /** Called before a page of a tree is told. */
  onList?: (() => void) | undefined;
  /** Called after a content was read and before it is committed. */
  onSent?: (() => void) | undefined;
  /** Called when a content was fetched, before it gets its name. */
  onFetched?: (() => void) | undefined;
}

const PAGE = 50;

/** The engine's way to a model service. */
export function modelRemote(service: ModelService, device: ModelDevice, faults: RemoteFaults = {}): Remote {
  const cursorAt = (seq: number) => Cursor.parse(`${service.epoch}-${seq}`);
  return {
    namespaceId: service.namespaceId,
    deviceId: device.deviceId,
    openCursor: async () => ok(cursorAt(service.journal.length)),
    listRoles: async () => ok(new Map()),
    listTree: async ({ folderId, page }) => {
      faults.onList?.();
      if (folderId !== undefined && !service.isLive(folderId)) return refused('not_found', 'It is not there.');
      const nodes = service.list(folderId);
      const start = Number(page ?? 0);
      const seq = service.journal.length;
      const more = nodes.length > start + PAGE ? { nextPage: `${start + PAGE}` } : {};
      return ok({ nodes: nodes.slice(start, start + PAGE), seq, cursor: cursorAt(seq), ...more });
    },
    listChanges: async (cursor) => {
      const [epoch, seq = 0] = cursor.split('-').map(Number);
      if (epoch !== service.epoch) return refused('cursor_reset', 'The journal is another one.');
      if (seq < service.oldestCursor) return refused('cursor_reset', 'The cursor is too old.', { expired: true });
      const changes = service.changesAfter(seq, PAGE);
      const next = seq + changes.length;
      return ok({ changes: [...changes], cursor: cursorAt(next), hasMore: next < service.journal.length });
    },
    listRevisions: async ({ nodeId }) => ok(service.revisionsOf(nodeId)),
    commit: async (operations, from) => {
      faults.onCommit?.('before');
      const before = service.journal.length;
      const results = service.commit(device, operations);
      const isContinued = from === cursorAt(before) && service.journal.length > before;
      const cursor = isContinued ? { cursor: cursorAt(service.journal.length) } : {};
      faults.onCommit?.('after');
      return ok({ results, ...cursor });
    },
    nameContent: async (source) => {
      const bytes = await readAll(source);
      return bytes === undefined ? undefined : nameBytes(bytes);
    },
    send: async (sources) => {
      const sent: SentContent[] = [];
      for (const source of sources) {
        const bytes = await readAll(source);
        if (bytes === undefined) {
          sent.push({ kind: 'changed' });
          continue;
        }
        const { uploadId, contentHash } = service.upload(bytes);
        sent.push({ kind: 'sent', stored: { uploadId: UploadId.parse(uploadId) }, contentHash, unconfirmed: 1 });
      }
      faults.onSent?.();
      return sent;
    },
    expect: () => undefined,
    takeAhead: () => Promise.resolve(undefined),
    fetch: async ({ nodeId, rev, into }) => {
      const node = service.journal.findLast((change) => change.node.nodeId === nodeId && change.node.rev === rev)?.node;
      const bytes = node?.contentHash === undefined ? undefined : service.contents.get(node.contentHash);
      if (node?.contentHash === undefined || bytes === undefined) return refused('not_found', 'It is not there.');
      await into.write(0, bytes);
      faults.onFetched?.();
      return { kind: 'fetched', contentHash: node.contentHash };
    },
  };
}

async function readAll(source: ContentSource): Promise<Uint8Array | undefined> {
  const bytes = await source.read({ start: 0, end: source.size });
  return bytes.length === source.size ? bytes : undefined;
}

function ok<T>(value: T): RemoteAnswer<T> {
  return { kind: 'ok', value };
}

function refused(
  refusal: 'not_found' | 'cursor_reset',
  text: string,
  details?: ProblemDetails,
): { readonly kind: 'refused'; readonly problem: Problem } {
  const { code, remedy, detail } = operationError(refusal, text);
  const { status } = ERRORS[code];
  return {
    kind: 'refused',
    problem: {
      type: code,
      title: code,
      status,
      code,
      remedy,
      detail,
      requestId: 'model',
      ...(details === undefined ? {} : { details }),
    },
  };
}
