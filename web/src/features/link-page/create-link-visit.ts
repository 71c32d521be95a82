import {
  type ApiAnswer,
  type ApiClient,
  createApiClient,
  createFetchTransport,
  type DownloadOutcome,
  type DownloadSink,
  downloadContent,
  type LinkAccess,
  linkTransfers,
  systemClock,
  TRANSFER_BYTES_MAX,
  TRANSFER_TASKS_MAX,
  TransferGate,
  type TransferProgress,
  uploadFiles,
} from '@syncline/client';
import {
  DeviceId,
  encodeUlid,
  type LinkNode,
  NamespaceId,
  NodeId,
  type Problem,
  type RouteResponse,
} from '@syncline/protocol';
import { fileSourceOf } from '../../transfers/file-source.ts';
import { ENTRIES_READ } from './limits.ts';

export type OpenedLink = RouteResponse<'getLink'>;
export type LinkedEntries = RouteResponse<'listLinkChildren'>;
type Page = NonNullable<LinkedEntries['nextPage']>;

export type SendOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'refused'; readonly problem: Problem };

interface Watching {
  readonly onProgress: (progress: TransferProgress) => void;
}

/** What somebody who has the address of a link may do. */
export interface LinkVisit {
  /** By which this page knows the contents that it shows. The service knows where a link leads, and nobody else has to: it says nothing else. */
  readonly namespaceId: NamespaceId;
  /** The password goes with every later request. */
  open(password: string | undefined): Promise<ApiAnswer<OpenedLink>>;
  list(nodeId: NodeId | undefined, page: Page | undefined): Promise<ApiAnswer<LinkedEntries>>;
  /** Every chunk is verified before it is written. Counts as a download. */
  read(node: LinkNode, sink: DownloadSink, watching: Watching): Promise<DownloadOutcome>;
  /** A page of the manifest of a linked file. The first one counts as a download. */
  readonly getContent: ApiClient['getContent'];
  send(file: File, watching: Watching): Promise<SendOutcome>;
  /** Where the browser itself may download a file; undefined where a password is needed, which has no place in an address. */
  address(node: LinkNode): string | undefined;
}

export function createLinkVisit(baseUrl: string, token: LinkAccess['token']): LinkVisit {
  const base = { transport: createFetchTransport(), clock: systemClock, random: Math.random };
  // A visitor is nobody: neither account nor device goes with these requests.
  const tokens = { current: async () => undefined, renew: async () => undefined };
  const deviceId = DeviceId.parse(newId());
  const namespaceId = NamespaceId.parse(newId());
  const api = createApiClient({ ...base, baseUrl, tokens, deviceId });
  const gate = new TransferGate({ tasksMax: TRANSFER_TASKS_MAX, bytesMax: TRANSFER_BYTES_MAX });
  const parameters = { token };
  let linkPassword: string | undefined;
  const transfers = () => ({ ...base, gate, api: linkTransfers(api, { token, linkPassword }) });
  return {
    namespaceId,
    getContent: (request) => transfers().api.getContent(request),
    open: (password) => {
      linkPassword = password;
      return api.getLink({ parameters, linkPassword });
    },
    list: (nodeId, page) =>
      api.listLinkChildren({
        parameters,
        query: {
          limit: String(ENTRIES_READ),
          ...(nodeId === undefined ? {} : { nodeId }),
          ...(page === undefined ? {} : { page }),
        },
        linkPassword,
      }),
    read: ({ nodeId }, sink, { onProgress }) =>
      downloadContent(transfers(), { namespaceId, nodeId }, { sink, onProgress }),
    send: async (file, { onProgress }) => {
      const source = { namespaceId, ...fileSourceOf(file) };
      const [outcome] = await uploadFiles(transfers(), [source], { onProgress });
      if (outcome?.kind === 'refused') return outcome;
      if (outcome?.kind !== 'uploaded') return { kind: 'unreadable' };
      const clientModifiedAt = new Date(file.lastModified).toISOString();
      const files = [{ uploadId: outcome.uploadId, name: file.name, clientModifiedAt }];
      const answer = await api.storeLinkFiles({ parameters, body: { files }, linkPassword });
      if (!answer.ok) return { kind: 'refused', problem: answer.problem };
      const [stored] = answer.value.files;
      if (stored?.status !== 'error') return { kind: 'sent' };
      const { code, remedy, detail } = stored.error;
      const problem = { type: 'about:blank', title: code, status: 400, code, remedy, detail, requestId: '' };
      return { kind: 'refused', problem };
    },
    // With a query it is a download, not the way to this page.
    address: ({ nodeId }) =>
      linkPassword === undefined ? `/v1/public/${token}/download?nodeId=${NodeId.parse(nodeId)}` : undefined,
  };
}

function newId(): string {
  return encodeUlid(crypto.getRandomValues(new Uint8Array(16)));
}
