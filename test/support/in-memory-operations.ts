import type { RouteName } from '@syncline/protocol';
import { getAccount } from '../../lambdas/accounts/get-account.ts';
import { getConfiguration } from '../../lambdas/accounts/get-configuration.ts';
import { getUsage } from '../../lambdas/accounts/get-usage.ts';
import { measureStored } from '../../lambdas/accounts/measure-stored.ts';
import type { DedupScope } from '../../lambdas/chunks/dedup-domain.ts';
import type { ObjectStore } from '../../lambdas/chunks/object-store.ts';
import { checkWipe } from '../../lambdas/devices/check-wipe.ts';
import { listDevices } from '../../lambdas/devices/list-devices.ts';
import { registerDevice } from '../../lambdas/devices/register-device.ts';
import { renameDevice } from '../../lambdas/devices/rename-device.ts';
import { reportWipe } from '../../lambdas/devices/report-wipe.ts';
import { unlinkDevice } from '../../lambdas/devices/unlink-device.ts';
import { listActivity } from '../../lambdas/history/list-activity.ts';
import { listTrash } from '../../lambdas/history/list-trash.ts';
import { markRevision } from '../../lambdas/history/mark-revision.ts';
import { restoreTree } from '../../lambdas/history/restore-tree.ts';
import { getRetention, setRetention } from '../../lambdas/history/set-retention.ts';
import { answerCommit } from '../../lambdas/journal/answer-commit.ts';
import { decideOperation } from '../../lambdas/journal/decide-operation.ts';
import { getCursor } from '../../lambdas/journal/get-cursor.ts';
import { listChanges } from '../../lambdas/journal/list-changes.ts';
import { outlineContent } from '../../lambdas/journal/outline-content.ts';
import { readContent } from '../../lambdas/journal/read-content.ts';
import { readContents } from '../../lambdas/journal/read-contents.ts';
import { readToldContent } from '../../lambdas/journal/told-content.ts';
import { waitForChanges } from '../../lambdas/journal/wait-for-changes.ts';
import { checkLinkChunks } from '../../lambdas/links/check-link-chunks.ts';
import { createLink } from '../../lambdas/links/create-link.ts';
import { downloadLink } from '../../lambdas/links/download-link.ts';
import { getLink } from '../../lambdas/links/get-link.ts';
import { listLinkChildren } from '../../lambdas/links/list-link-children.ts';
import { listLinks } from '../../lambdas/links/list-links.ts';
import { openLinkUploads } from '../../lambdas/links/open-link-uploads.ts';
import { readLinkContent } from '../../lambdas/links/read-link-content.ts';
import { revokeLink } from '../../lambdas/links/revoke-link.ts';
import { storeLinkFiles } from '../../lambdas/links/store-link-files.ts';
import { getNode } from '../../lambdas/namespaces/get-node.ts';
import { listChildren } from '../../lambdas/namespaces/list-children.ts';
import { listRevisions } from '../../lambdas/namespaces/list-revisions.ts';
import { listTree } from '../../lambdas/namespaces/list-tree.ts';
import { resolvePath } from '../../lambdas/namespaces/resolve-path.ts';
import { getUpkeep } from '../../lambdas/operators/get-upkeep.ts';
import { listAccounts } from '../../lambdas/operators/list-accounts.ts';
import { confirmPack } from '../../lambdas/packs/confirm-pack.ts';
import { openPack } from '../../lambdas/packs/open-pack.ts';
import type { RouteOperations } from '../../lambdas/runtime/route-operation.ts';
import { searchNodes } from '../../lambdas/search/search-nodes.ts';
import { acceptInvitation, declineInvitation } from '../../lambdas/sharing/answer-invitation.ts';
import { changeRole } from '../../lambdas/sharing/change-role.ts';
import { invite } from '../../lambdas/sharing/invite.ts';
import { listFolders } from '../../lambdas/sharing/list-folders.ts';
import { listInvitations, listOwnInvitations, withdrawInvitation } from '../../lambdas/sharing/list-invitations.ts';
import { listMembers } from '../../lambdas/sharing/list-members.ts';
import { removeMember } from '../../lambdas/sharing/remove-member.ts';
import { shareFolder } from '../../lambdas/sharing/share-folder.ts';
import { unshare } from '../../lambdas/sharing/unshare.ts';
import { openSocket } from '../../lambdas/sockets/open-socket.ts';
import { listStars } from '../../lambdas/stars/list-stars.ts';
import { addStar, removeStar } from '../../lambdas/stars/set-star.ts';
import { checkChunks } from '../../lambdas/uploads/check-chunks.ts';
import { initiateUploads } from '../../lambdas/uploads/initiate-uploads.ts';
import { patchChunks } from '../../lambdas/uploads/patch-chunks.ts';
import { readUploadContent } from '../../lambdas/uploads/read-upload-content.ts';
import { createWebhook } from '../../lambdas/webhooks/create-webhook.ts';
import { listWebhooks, removeWebhook, testWebhook } from '../../lambdas/webhooks/own-webhooks.ts';
import type { InMemoryStores } from './in-memory-stores.ts';

export interface InMemorySettings {
  readonly dedupScope: DedupScope;
  readonly quotaBytes: number;
  /** Where downloads are streamed; nowhere when absent. */
  readonly streamUrl?: string | undefined;
}

/** The operation of every route, as the entries in lambdas/*.lambda.ts compose them. The objects may lie elsewhere. */
export function inMemoryOperations(
  stores: Omit<InMemoryStores, 'objects'> & { readonly objects: ObjectStore },
  settings: InMemorySettings,
): RouteOperations<RouteName> {
  const streamUrl = settings.streamUrl;
  const dependencies = {
    ...stores,
    ...settings,
    streamUrl,
    meter: stores.telemetry,
    socketUrl: 'wss://socket.memory.test',
    webhookTargets: 'public' as const,
    decide: decideOperation,
    readToldContent: readToldContent(settings.dedupScope),
  };
  const configuration = { stage: 'local', region: 'memory', issuer: 'https://issuer.memory.test', audience: 'memory' };
  return {
    getConfiguration: () => getConfiguration(configuration),
    getAccount: (_request, caller) => getAccount(dependencies, caller),
    registerDevice: ({ body }, caller) => registerDevice(dependencies, body, caller),
    listDevices: (_request, caller) => listDevices(dependencies, caller),
    renameDevice: ({ parameters, body }, caller) => renameDevice(dependencies, { ...parameters, ...body }, caller),
    unlinkDevice: ({ parameters, query }, caller) =>
      unlinkDevice(dependencies, { ...parameters, wipe: query.wipe === 'true' }, caller),
    checkWipe: ({ parameters, body }, caller) => checkWipe(dependencies, { ...parameters, ...body }, caller),
    reportWipe: ({ parameters, body }, caller) => reportWipe(dependencies, { ...parameters, ...body }, caller),
    initiateUploads: ({ body }, caller) => initiateUploads(dependencies, body, caller),
    checkChunks: ({ parameters, body }, caller) => checkChunks(dependencies, { ...parameters, ...body }, caller),
    patchChunks: ({ parameters, body }, caller) => patchChunks(dependencies, { ...parameters, ...body }, caller),
    openPack: ({ body }, caller) => openPack(dependencies, body, caller),
    confirmPack: ({ body }, caller) => confirmPack(dependencies, body, caller),
    getUploadContent: ({ parameters, query }, caller) =>
      readUploadContent(dependencies, { ...parameters, ...query }, caller),
    commit: ({ body }, caller) => answerCommit(dependencies, body, caller),
    listChanges: ({ query }, caller) => listChanges(dependencies, query, caller),
    getCursor: (_request, caller) => getCursor(dependencies, caller),
    waitForChanges: ({ query }, caller) => waitForChanges(dependencies, query, caller),
    listTree: ({ query }, caller) => listTree(dependencies, query, caller),
    getNode: ({ parameters, query }, caller) => getNode(dependencies, { ...parameters, ...query }, caller),
    listChildren: ({ parameters, query }, caller) => listChildren(dependencies, { ...parameters, ...query }, caller),
    listRevisions: ({ parameters, query }, caller) => listRevisions(dependencies, { ...parameters, ...query }, caller),
    readContents: ({ body }, caller) => readContents(dependencies, body, caller),
    getContent: ({ parameters, query }, caller) => readContent(dependencies, { ...parameters, ...query }, caller),
    outlineContent: ({ parameters, body }, caller) => outlineContent(dependencies, { ...parameters, ...body }, caller),
    resolvePath: ({ query }, caller) => resolvePath(dependencies, query, caller),
    markRevision: ({ parameters, body }, caller) => markRevision(dependencies, { ...body, ...parameters }, caller),
    restoreTree: ({ body }, caller) => restoreTree(dependencies, body, caller),
    listActivity: ({ query }, caller) => listActivity(dependencies, query, caller),
    getUsage: (_request, caller) => getUsage(dependencies, caller),
    measureStored: ({ body }, caller) => measureStored(dependencies, body, caller),
    getRetention: ({ parameters }, caller) => getRetention(dependencies, parameters, caller),
    setRetention: ({ parameters, body }, caller) => setRetention(dependencies, { ...body, ...parameters }, caller),
    listTrash: ({ query }, caller) => listTrash(dependencies, query, caller),
    search: ({ query }, caller) => searchNodes(dependencies, query, caller),
    shareFolder: ({ body }, caller) => shareFolder(dependencies, body, caller),
    listNamespaces: (_request, caller) => listFolders(dependencies, caller),
    listMembers: ({ parameters, query }, caller) => listMembers(dependencies, { ...parameters, ...query }, caller),
    changeRole: ({ parameters, body }, caller) => changeRole(dependencies, { ...parameters, ...body }, caller),
    removeMember: ({ parameters }, caller) => removeMember(dependencies, parameters, caller),
    unshare: ({ parameters }, caller) => unshare(dependencies, parameters, caller),
    invite: ({ parameters, body }, caller) => invite(dependencies, { ...parameters, ...body }, caller),
    listInvitations: ({ parameters }, caller) => listInvitations(dependencies, parameters, caller),
    withdrawInvitation: ({ parameters }, caller) => withdrawInvitation(dependencies, parameters, caller),
    listOwnInvitations: (_request, caller) => listOwnInvitations(dependencies, caller),
    acceptInvitation: ({ body }, caller) => acceptInvitation(dependencies, body, caller),
    declineInvitation: ({ body }, caller) => declineInvitation(dependencies, body, caller),
    listAccounts: ({ query }) => listAccounts(dependencies, query),
    // In memory neither has ever run.
    getUpkeep: () =>
      getUpkeep({
        sweep: { readProgress: async () => undefined },
        scrub: { readProgress: async () => undefined, listDefects: async () => [] },
      }),
    listStars: (_request, caller) => listStars(dependencies, caller),
    addStar: ({ body }, caller) => addStar(dependencies, body, caller),
    removeStar: ({ parameters, query }, caller) => removeStar(dependencies, { ...parameters, ...query }, caller),
    createWebhook: ({ body }, caller) => createWebhook(dependencies, body, caller),
    listWebhooks: (_request, caller) => listWebhooks(dependencies, caller),
    testWebhook: ({ parameters }, caller) => testWebhook(dependencies, parameters.webhookId, caller),
    removeWebhook: ({ parameters }, caller) => removeWebhook(dependencies, parameters.webhookId, caller),
    openSocket: (_request, caller) => openSocket(dependencies, caller),
    createLink: ({ body }, caller) => createLink(dependencies, body, caller),
    listLinks: (_request, caller) => listLinks(dependencies, caller),
    revokeLink: ({ parameters }, caller) => revokeLink(dependencies, parameters.linkId, caller),
    getLink: ({ parameters }, visitor) => getLink(dependencies, parameters.token, visitor),
    listLinkChildren: ({ parameters, query }, visitor) =>
      listLinkChildren(dependencies, { ...parameters, ...query }, visitor),
    getLinkContent: ({ parameters, query }, visitor) =>
      readLinkContent(dependencies, { ...parameters, ...query }, visitor),
    openLinkUploads: ({ parameters, body }, visitor) =>
      openLinkUploads(dependencies, { ...parameters, ...body }, visitor),
    checkLinkChunks: ({ parameters, body }, visitor) =>
      checkLinkChunks(dependencies, { ...parameters, ...body }, visitor),
    storeLinkFiles: ({ parameters, body }, visitor) =>
      storeLinkFiles(dependencies, { ...parameters, ...body }, visitor),
    downloadLink: ({ parameters, query }, visitor) => downloadLink(dependencies, { ...parameters, ...query }, visitor),
  };
}
