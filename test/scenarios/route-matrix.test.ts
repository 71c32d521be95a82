import { expect, test } from '@jest/globals';
import { ContentHash, type Operation, type RouteInput, type RouteName } from '@syncline/protocol';
import type { ApiResult } from '../../lambdas/runtime/api-event.ts';
import { MatrixWorld, matrixFile, operationId, PERSONS, type Person, type Target } from '../support/matrix-world.ts';

/** Who is refused, and how. Everybody else who is a member is served. */
const REFUSED = {
  read: {},
  write: { viewer: 'forbidden' },
  own: { editor: 'forbidden', viewer: 'forbidden' },
  leave: { owner: 'forbidden' },
  nobody: { owner: 'invalid_request', editor: 'invalid_request', viewer: 'invalid_request' },
} as const satisfies Record<string, { readonly [person in Person]?: string }>;

/** One request about a shared folder, and what a person must be there to be served. */
interface Request<N extends RouteName> {
  readonly needs: keyof typeof REFUSED;
  readonly input: (target: Target) => RouteInput<N>;
}

/** Whoever has it: no account is looked at. test/scenarios/links.test.ts and its neighbours ask these routes. */
const WHOEVER_HAS_A_TOKEN = 'it is for whoever has a token';

/** Requests of every route by name, or why the route has nothing to do with a namespace. */
const MATRIX: { readonly [N in RouteName]: string | Readonly<Record<string, Request<N>>> } = {
  getConfiguration: 'it is for everybody',
  getAccount: 'it is about the caller',
  registerDevice: 'it is about the caller',
  listDevices: 'it is about the caller',
  renameDevice: 'it is about the caller',
  unlinkDevice: 'it is about the caller',
  reportWipe: 'it is about the caller',
  openPack: 'chunks belong to accounts, not to namespaces',
  confirmPack: 'chunks belong to accounts, not to namespaces',
  getCursor: 'it is about the caller',
  openSocket: 'it is about the caller',
  listLinks: 'it is about the caller',
  revokeLink: 'it is about the caller',
  getLink: WHOEVER_HAS_A_TOKEN,
  listLinkChildren: WHOEVER_HAS_A_TOKEN,
  getLinkContent: WHOEVER_HAS_A_TOKEN,
  downloadLink: WHOEVER_HAS_A_TOKEN,
  openLinkUploads: WHOEVER_HAS_A_TOKEN,
  checkLinkChunks: WHOEVER_HAS_A_TOKEN,
  storeLinkFiles: WHOEVER_HAS_A_TOKEN,
  createLink: {
    'shows a file': {
      needs: 'read',
      input: ({ namespaceId, fileId }) => ({ body: { role: 'view', namespaceId, nodeId: fileId } }),
    },
    'takes files': {
      needs: 'write',
      input: ({ namespaceId, folderId }) => ({ body: { role: 'upload', namespaceId, nodeId: folderId } }),
    },
  },
  listNamespaces: 'it is about the caller',
  listOwnInvitations: 'it is about the caller',
  acceptInvitation: 'it takes a token, whoever shows it: test/scenarios/shared-folders.test.ts',
  declineInvitation: 'it takes a token, whoever shows it: test/scenarios/shared-folders.test.ts',
  shareFolder: {
    'shares a folder inside': {
      needs: 'nobody',
      input: ({ namespaceId, folderId }) => ({ body: { namespaceId, folderId } }),
    },
  },
  checkWipe: {
    'asks whether a content is kept': {
      needs: 'read',
      input: ({ namespaceId, ownDeviceId: deviceId, fileId: nodeId }) => ({
        parameters: { deviceId },
        body: { namespaceId, files: [{ nodeId, contentRev: 1, contentHash: ContentHash.parse('a'.repeat(64)) }] },
      }),
    },
  },
  listMembers: {
    'lists the members': { needs: 'read', input: ({ namespaceId }) => ({ parameters: { namespaceId }, query: {} }) },
  },
  changeRole: {
    'changes a role': {
      needs: 'own',
      input: ({ namespaceId, otherAccountId: accountId }) => ({
        parameters: { namespaceId, accountId },
        body: { role: 'editor' },
      }),
    },
    'hands the folder over': {
      needs: 'own',
      input: ({ namespaceId, otherAccountId: accountId }) => ({
        parameters: { namespaceId, accountId },
        body: { role: 'owner' },
      }),
    },
  },
  removeMember: {
    'removes a member': {
      needs: 'own',
      input: ({ namespaceId, otherAccountId: accountId }) => ({ parameters: { namespaceId, accountId } }),
    },
    leaves: {
      needs: 'leave',
      input: ({ namespaceId, ownAccountId: accountId }) => ({ parameters: { namespaceId, accountId } }),
    },
  },
  unshare: { 'ends the sharing': { needs: 'own', input: ({ namespaceId }) => ({ parameters: { namespaceId } }) } },
  invite: {
    'invites by link': {
      needs: 'own',
      input: ({ namespaceId }) => ({ parameters: { namespaceId }, body: { role: 'viewer' } }),
    },
    'invites a person': {
      needs: 'own',
      input: ({ namespaceId }) => ({ parameters: { namespaceId }, body: { role: 'editor', email: 'a@example.org' } }),
    },
  },
  listInvitations: {
    'lists invitations': { needs: 'own', input: ({ namespaceId }) => ({ parameters: { namespaceId } }) },
  },
  withdrawInvitation: {
    'withdraws an invitation': {
      needs: 'own',
      input: ({ namespaceId, invitationId }) => ({ parameters: { namespaceId, invitationId } }),
    },
  },
  initiateUploads: {
    'opens an upload': { needs: 'write', input: ({ namespaceId }) => ({ body: { files: [matrixFile(namespaceId)] } }) },
  },
  checkChunks: {
    'goes on with an upload of its own': {
      needs: 'write',
      input: ({ ownUploadId, ownChunk }) => ({ parameters: { uploadId: ownUploadId }, body: { hashes: [ownChunk] } }),
    },
  },
  patchChunks: {
    'patches a chunk of an upload of its own': {
      needs: 'write',
      input: ({ ownUploadId, ownChunk: hash, ownPart: bytes, fileId: nodeId }) => ({
        parameters: { uploadId: ownUploadId },
        body: { base: { nodeId, rev: 1 }, patches: [{ hash, parts: [{ bytes }] }] },
      }),
    },
  },
  getUploadContent: {
    'reads an open upload': {
      needs: 'read',
      input: ({ ownersUploadId }) => ({ parameters: { uploadId: ownersUploadId }, query: {} }),
    },
  },
  commit: {
    'puts a file': {
      needs: 'write',
      input: (target) =>
        committing(target, {
          type: 'put',
          parentId: target.folderId,
          name: 'new',
          baseRev: 0,
          uploadId: target.ownUploadId,
          clock: 1,
        }),
    },
    'edits a file': {
      needs: 'write',
      input: (target) =>
        committing(target, {
          type: 'put',
          nodeId: target.fileId,
          parentId: target.folderId,
          name: 'file',
          baseRev: 1,
          uploadId: target.ownUploadId,
          clock: 1,
        }),
    },
    'makes a folder': {
      needs: 'write',
      input: (target) => committing(target, { type: 'mkdir', parentId: target.folderId, name: 'sub' }),
    },
    'moves a file': {
      needs: 'write',
      input: (target) =>
        committing(target, {
          type: 'move',
          nodeId: target.fileId,
          baseRev: 1,
          parentId: target.folderId,
          name: 'moved',
        }),
    },
    'deletes a file': {
      needs: 'write',
      input: (target) => committing(target, { type: 'delete', nodeId: target.fileId, baseRev: 1 }),
    },
    'restores a revision': {
      needs: 'write',
      input: (target) => committing(target, { type: 'restore', nodeId: target.fileId, rev: 1 }),
    },
    'purges from the trash': {
      needs: 'own',
      input: (target) => committing(target, { type: 'purge', ...target.trashed }),
    },
    'copies a file': {
      needs: 'write',
      input: (target) =>
        committing(target, {
          type: 'copy',
          parentId: target.folderId,
          name: 'copy',
          from: { namespaceId: target.namespaceId, nodeId: target.fileId },
        }),
    },
  },
  listChanges: { 'reads the delta': { needs: 'read', input: ({ cursor }) => ({ query: { cursor } }) } },
  waitForChanges: {
    'waits for changes': { needs: 'read', input: ({ cursor }) => ({ query: { cursor, timeout: '0' } }) },
  },
  listTree: {
    'lists all': { needs: 'read', input: ({ namespaceId }) => ({ query: { namespaceId } }) },
    'lists a folder': { needs: 'read', input: ({ namespaceId, folderId }) => ({ query: { namespaceId, folderId } }) },
  },
  getNode: {
    'reads a node': {
      needs: 'read',
      input: ({ namespaceId, fileId }) => ({ parameters: { nodeId: fileId }, query: { namespaceId } }),
    },
  },
  listChildren: {
    'lists children': {
      needs: 'read',
      input: ({ namespaceId, folderId }) => ({ parameters: { nodeId: folderId }, query: { namespaceId } }),
    },
  },
  listRevisions: {
    'lists revisions': {
      needs: 'read',
      input: ({ namespaceId, fileId }) => ({ parameters: { nodeId: fileId }, query: { namespaceId } }),
    },
  },
  getContent: {
    'reads a content': {
      needs: 'read',
      input: ({ namespaceId, fileId }) => ({ parameters: { nodeId: fileId }, query: { namespaceId } }),
    },
  },
  readContents: {
    'reads contents': {
      needs: 'read',
      input: ({ namespaceId, fileId }) => ({ body: { files: [{ namespaceId, nodeId: fileId }] } }),
    },
  },
  outlineContent: {
    'outlines a content': {
      needs: 'read',
      input: ({ namespaceId, fileId }) => ({
        parameters: { nodeId: fileId },
        body: { namespaceId, rev: 1, spans: [{ start: 0, end: 1 }] },
      }),
    },
  },
  markRevision: {
    'labels a revision': {
      needs: 'write',
      input: ({ namespaceId, fileId }) => ({
        parameters: { nodeId: fileId, rev: '1' },
        body: { namespaceId, label: 'first' },
      }),
    },
  },
  restoreTree: {
    'restores a folder': {
      needs: 'write',
      input: ({ namespaceId, folderId, trashed }) => ({
        body: { namespaceId, nodeId: folderId, at: trashed.deletedAt },
      }),
    },
    'asks what a restore would change': {
      needs: 'read',
      input: ({ namespaceId, folderId, trashed }) => ({
        body: { namespaceId, nodeId: folderId, at: trashed.deletedAt, dryRun: true },
      }),
    },
  },
  listActivity: {
    'asks who did what': { needs: 'read', input: ({ namespaceId }) => ({ query: { namespaceId } }) },
    'asks who did what to a file': {
      needs: 'read',
      input: ({ namespaceId, fileId }) => ({ query: { namespaceId, nodeId: fileId } }),
    },
  },
  search: {
    'searches a folder': { needs: 'read', input: ({ namespaceId }) => ({ query: { namespaceId, q: 'file' } }) },
  },
  listTrash: { 'lists the trash': { needs: 'read', input: ({ namespaceId }) => ({ query: { namespaceId } }) } },
  getUsage: 'it is about the caller',
  listAccounts: 'it is for who runs the deployment: test/scenarios/operators.test.ts',
  getUpkeep: 'it is for who runs the deployment: test/scenarios/operators.test.ts',
  listStars: 'it is about the caller',
  removeStar: 'it is about the caller',
  addStar: {
    'stars a file': { needs: 'read', input: ({ namespaceId, fileId: nodeId }) => ({ body: { namespaceId, nodeId } }) },
  },
  listWebhooks: 'it is about the caller',
  testWebhook: 'it is about the caller',
  removeWebhook: 'it is about the caller',
  createWebhook: {
    'has a receiver told': {
      needs: 'read',
      input: ({ namespaceId }) => ({ body: { namespaceId, url: 'https://hooks.example.com/' } }),
    },
  },
  measureStored: {
    'asks how files are stored': {
      needs: 'read',
      input: ({ namespaceId, fileId }) => ({ body: { namespaceId, nodeIds: [fileId] } }),
    },
  },
  getRetention: {
    'asks how long things are kept': { needs: 'read', input: ({ namespaceId }) => ({ parameters: { namespaceId } }) },
  },
  setRetention: {
    'sets how long things are kept': {
      needs: 'own',
      input: ({ namespaceId }) => ({ parameters: { namespaceId }, body: { days: 10 } }),
    },
    'asks what that would let go': {
      needs: 'own',
      input: ({ namespaceId }) => ({ parameters: { namespaceId }, body: { days: 1, dryRun: true } }),
    },
  },
  resolvePath: {
    'finds a path': { needs: 'read', input: ({ namespaceId }) => ({ query: { namespaceId, path: '/file' } }) },
  },
};

function committing({ namespaceId }: Target, intent: object): RouteInput<'commit'> {
  const operation = { ...intent, namespaceId, opId: operationId(1000) };
  return { body: { operations: [operation as unknown as Operation] } };
}

interface Cell {
  readonly name: RouteName;
  readonly what: string;
  readonly person: Person;
  readonly request: Request<RouteName>;
}

const CELLS = Object.entries(MATRIX).flatMap(([name, requests]): readonly Cell[] =>
  typeof requests === 'string'
    ? []
    : Object.entries(requests).flatMap(([what, request]) =>
        PERSONS.map((person) => ({ name: name as RouteName, what, person, request: request as Request<RouteName> })),
      ),
);

/** What an answer says, whether it refuses as a whole or the one thing that was asked. */
function verdictOf({ statusCode, body }: ApiResult): string {
  const json = JSON.parse(body) as {
    readonly code?: string;
    readonly results?: readonly { readonly status: string; readonly error?: { readonly code: string } }[];
    readonly contents?: readonly { readonly status: string; readonly error?: { readonly code: string } }[];
  };
  if (statusCode !== 200) return json.code ?? 'unknown';
  const error = [...(json.results ?? []), ...(json.contents ?? [])].find(({ status }) => status === 'error')?.error;
  return error?.code ?? 'served';
}

test.each(CELLS)('$person: $name $what', async ({ name, person, request }) => {
  const world = new MatrixWorld();
  const target = await world.open(person);
  const answer = await world.ask(name, request.input(target));
  if (person === 'removed' || person === 'stranger') {
    // Not a word more than about what does not exist.
    expect(answer).toEqual(await world.ask(name, request.input(world.nothing())));
    expect(verdictOf(answer)).toMatch(/^(not_found|cursor_reset)$/);
  } else {
    const refusals: { readonly [one in Person]?: string } = REFUSED[request.needs];
    expect(verdictOf(answer)).toBe(refusals[person] ?? 'served');
    if (verdictOf(answer) !== 'served') expect(answer.body).toContain('"remedy":"fix-request"');
  }
});
