import type { PlantedBug } from './planted-bug.ts';

const FOLDERS = 'test/scenarios/shared-folders.test.ts';
const MOUNTED = 'test/scenarios/mounted-folders.test.ts';
const HISTORIES = 'test/scenarios/shared-folders.property.test.ts';
const MATRIX = 'test/scenarios/route-matrix.test.ts';

/** Errors in shared folders: who reads what, who may do what, and what a client does about a mount. */
export const SHARING_BUGS: readonly PlantedBug[] = [
  {
    id: 'rows-of-the-ground-are-read',
    what: 'A member of a shared folder reads whatever lies in the home that it came from.',
    invariant: 'I-18',
    file: 'lambdas/journal/namespace-view.ts',
    find: 'if (groundId === undefined && isGround !== true) return true;',
    replace: 'if (groundId !== undefined || isGround !== true) return true;',
    caughtBy: {
      file: FOLDERS,
      test: 'members of a shared folder learn nothing of what else lies in the home that it came from',
    },
  },
  {
    id: 'rows-below-a-mount-are-read',
    what: 'Who has left a folder that lies in their home goes on reading it.',
    invariant: 'I-18',
    file: 'lambdas/journal/namespace-view.ts',
    find: "if (above.kind === 'mount') return false;",
    replace: '',
    caughtBy: {
      file: FOLDERS,
      test: 'whoever has handed a folder over and left it learns nothing more of it, though its rows lie in their home',
    },
  },
  {
    id: 'old-page-opens-a-shared-folder',
    what: 'A listing that began before a folder was shared goes on inside it.',
    invariant: 'I-18',
    file: 'lambdas/namespaces/list-tree.ts',
    find: 'if (access.head.groundId === undefined && access.head.isGround !== true) return frames;',
    replace: 'if (access.head.groundId === undefined) return frames;',
    caughtBy: { file: FOLDERS, test: 'a listing that began before a folder was shared does not go on inside it' },
  },
  {
    id: 'shared-bytes-count-nowhere',
    what: 'What members put into a shared folder is on nobody’s quota.',
    invariant: 'I-23',
    file: 'lambdas/journal/namespace-view.ts',
    find: '...(this.#head.groundId === undefined ? {} : { groundId: this.#head.groundId }),',
    replace: '',
    caughtBy: { file: FOLDERS, test: 'what members put into a shared folder counts on the home that it came from' },
  },
  {
    id: 'mount-goes-with-its-folder',
    what: 'A folder that holds a shared folder can be deleted.',
    invariant: 'I-7',
    file: 'lambdas/journal/decide-delete.ts',
    find: 'if (await holdsMount(context, node)) {',
    replace: 'if (context.namespaceId === node.name && (await holdsMount(context, node))) {',
    caughtBy: {
      file: FOLDERS,
      test: 'a mount is moved like a folder, but neither into itself, nor into another, nor deleted',
    },
  },
  {
    id: 'mounts-in-a-circle',
    what: 'A folder that holds a shared folder is shared itself.',
    invariant: 'I-9',
    file: 'lambdas/sharing/share-folder.ts',
    find: 'chain.some((above) => above.nodeId === folderId)',
    replace: 'chain.some((above) => above.name === folderId)',
    caughtBy: {
      file: FOLDERS,
      test: 'the top folder, files, and folders that hold a shared folder or lie in one are not shared',
    },
  },
  {
    id: 'everybody-is-an-owner',
    what: 'Every member may invite, remove and change roles.',
    invariant: 'I-18',
    file: 'lambdas/sharing/open-folder.ts',
    find: "if (as === 'owner' && access.role !== 'owner') {",
    replace: "if (as === 'owner' && access.role === 'viewer') {",
    caughtBy: { file: MATRIX, test: 'editor: removeMember removes a member' },
  },
  {
    id: 'owner-leaves',
    what: 'The last owner of a shared folder can leave it.',
    invariant: 'I-18',
    file: 'lambdas/sharing/memory-sharing-store.ts',
    find: "    const member = members.get(key.accountId);\n    if (member === undefined) return { kind: 'absent' };\n    if (member.role === 'owner') return { kind: 'owner' };",
    replace: "    const member = members.get(key.accountId);\n    if (member === undefined) return { kind: 'absent' };",
    caughtBy: {
      file: FOLDERS,
      test: 'the last owner neither leaves, nor is removed, nor gives the role away without an heir',
    },
  },
  {
    id: 'mount-goes-before-the-right',
    what: 'Devices of a removed member are not told.',
    invariant: 'I-20',
    file: 'lambdas/sharing/remove-member.ts',
    find: '  await tellRevoked(dependencies, key);\n',
    replace: '',
    caughtBy: { file: FOLDERS, test: 'a removed member is refused at once, told at once, and left without the mount' },
  },
  {
    id: 'sharing-that-came-second-is-done',
    what: 'A sharing that another commit came before is answered as if it had been applied.',
    invariant: 'I-7',
    file: 'lambdas/sharing/change-home.ts',
    find: "if (outcome.kind === 'committed') return",
    replace: 'if (outcome.kind.length > 0) return',
    caughtBy: {
      file: HISTORIES,
      test: 'every commit that was acknowledged while its folder was being shared is in it once, and no other is',
    },
  },
  {
    id: 'broken-off-removal-stays-so',
    what: 'A removal that was broken off after the membership leaves the mount for ever.',
    invariant: 'I-9',
    file: 'lambdas/sharing/remove-member.ts',
    find: "if (outcome.kind === 'absent' && (await dependencies.sharing.getMount(key)) === undefined) return noSuchFolder();",
    replace: "if (outcome.kind === 'absent') return noSuchFolder();",
    caughtBy: {
      file: HISTORIES,
      test: 'whoever joins, is removed and writes at once: members, mounts and their counts agree, and nothing acknowledged is lost',
    },
  },
  {
    id: 'full-folder-is-joined',
    what: 'A folder takes more members than it may have.',
    invariant: 'I-9',
    file: 'lambdas/namespaces/dynamodb-sharing-items.ts',
    find: "ConditionExpression: 'memberCount < :max',",
    replace: "ConditionExpression: 'memberCount < :max OR memberCount >= :max',",
    caughtBy: {
      file: 'lambdas/namespaces/dynamodb-sharing-items.test.ts',
      test: 'nobody joins a folder that is full, or by an invitation that is gone',
    },
  },
  {
    id: 'invitation-never-ends',
    what: 'An invitation works after its time.',
    invariant: 'I-18',
    file: 'lambdas/sharing/find-invitation.ts',
    find: ' || invitation.expiresAt <= clock.now()',
    replace: '',
    caughtBy: {
      file: FOLDERS,
      test: 'an invitation works until it expires, is withdrawn, or was used by the one whom it is for',
    },
  },
  {
    id: 'invitation-by-half-a-token',
    what: 'A token is taken for good when the invitation that it names exists.',
    invariant: 'I-18',
    file: 'lambdas/sharing/invitation-token.ts',
    find: "const digest = createHash('sha256').update(token).digest();",
    replace: "const digest = createHash('sha256').update(token.slice(0, 40)).digest();",
    caughtBy: {
      file: FOLDERS,
      test: 'an open link serves many, declining a personal one takes it away, and a damaged token is none',
    },
  },
  {
    id: 'mounted-later-is-never-told',
    what: 'A cursor does not go on in what is mounted after it was made.',
    invariant: 'I-11',
    file: 'lambdas/journal/list-changes.ts',
    find: "if (type === 'mounted' && node.mountedNamespaceId !== undefined)",
    replace: "if (type === 'created' && node.mountedNamespaceId !== undefined)",
    caughtBy: {
      file: FOLDERS,
      test: 'one cursor goes on over the home and all that is mounted, whatever joins and leaves',
    },
  },
  {
    id: 'mount-is-planned',
    what: 'The engine takes what lies in a mount for gone, changed or new.',
    invariant: 'I-15',
    file: 'client/src/engine/sync-engine.ts',
    find: '.filter((nodeId) => !isInMount(mounted, nodeId))',
    replace: '',
    caughtBy: {
      file: MOUNTED,
      test: 'nothing that happens in it on the disk reaches the service, and nothing of it is lost',
    },
  },
  {
    id: 'place-of-a-mount-is-free',
    what: 'What stands on the disk where a mount belongs is sent to the service.',
    invariant: 'I-9',
    file: 'client/src/engine/mounts.ts',
    find: "remote.at(here)?.kind === 'mount'",
    replace: 'here.nodeId === id + id',
    caughtBy: { file: MOUNTED, test: 'a folder on the disk where a mount is to stand is neither sent nor touched' },
  },
];
