import type { PlantedBug } from './planted-bug.ts';

const LINKS = 'test/scenarios/links.test.ts';
const DOWNLOADS = 'test/scenarios/link-downloads.test.ts';
const UPLOADS = 'test/scenarios/link-uploads.test.ts';
const BOUNDS = 'test/scenarios/link-upload-bounds.test.ts';
const TARGETS = 'test/scenarios/link-targets.test.ts';
const PROPERTY = 'test/scenarios/links.property.test.ts';

/** Errors by which links give more than they should. */
export const LINK_BUGS: readonly PlantedBug[] = [
  {
    id: 'link-shows-its-neighbours',
    what: 'A link shows every live node of its namespace.',
    invariant: 'I-18',
    file: 'lambdas/links/open-link.ts',
    find: 'const found = isBelow ? ancestry.chain[0] : undefined;',
    replace: 'const found = isBelow ? ancestry.chain[0] : ancestry.chain[0];',
    caughtBy: {
      file: PROPERTY,
      test: 'a link to a folder shows what is in it now, and nothing that was moved out, deleted or never was in it',
    },
  },
  {
    id: 'pinned-revision-expires',
    what: 'A link is pinned to a revision, and the expiry lets that one go.',
    invariant: 'I-3',
    file: 'lambdas/links/create-link.ts',
    find: 'return namespaces.markRevision(revision, { kept: true });',
    replace: 'return namespaces.getRevision(revision);',
    caughtBy: {
      file: LINKS,
      test: 'pinned to a revision keeps it beyond the retention, and one that was refused keeps nothing',
    },
  },
  {
    id: 'link-outlives-its-maker',
    what: 'A link for uploads goes on taking files when its maker may only look.',
    invariant: 'I-18',
    file: 'lambdas/links/open-link.ts',
    find: 'access === undefined || !mayGive(access.role, link.role)',
    replace: 'access === undefined',
    caughtBy: { file: UPLOADS, test: 'ends when its maker may only look, or is gone, or its folder is' },
  },
  {
    id: 'download-uncounted',
    what: 'A download is given whether the link has one left or not.',
    invariant: 'I-18',
    file: 'lambdas/links/download-link.ts',
    find: 'if (!isNothing && !(await links.countUses(link.tokenHash, 1)))',
    replace: 'if (!isNothing && !(await links.countUses(link.tokenHash, 1)) && isNothing)',
    caughtBy: {
      file: PROPERTY,
      test: 'however many take its address at once, a link gives it as often as its limit says',
    },
  },
  {
    id: 'ticket-for-ever',
    what: 'The address of a stream works for as long as the link does.',
    invariant: 'I-18',
    file: 'lambdas/links/stream-link.ts',
    find: 'if (epochMs(download.until) <= now)',
    replace: 'if (epochMs(download.until) <= 0)',
    caughtBy: {
      file: DOWNLOADS,
      test: 'is a redirect to the stream, which gives it as often as asked for 15 minutes, and counts once',
    },
  },
  {
    id: 'password-tried-by-address',
    what: 'Each address of a network of IPv6 has attempts of its own.',
    invariant: 'I-18',
    file: 'lambdas/links/attempt-keys.ts',
    find: 'const NETWORK_GROUPS = 4;',
    replace: 'const NETWORK_GROUPS = 8;',
    caughtBy: { file: LINKS, test: 'is not tried from all the addresses that one network of IPv6 has' },
  },
  {
    id: 'password-attempts-after-the-fact',
    what: 'An attempt at a password is given back whatever the password was.',
    invariant: 'I-18',
    file: 'lambdas/links/check-link-password.ts',
    find: "  if (first.kind === 'full') return tooManyAttempts(first.until, now);",
    replace:
      "  if (first.kind === 'full') return tooManyAttempts(first.until, now);\n  await attempts.giveBack({ key: own, now });",
    caughtBy: {
      file: LINKS,
      test: 'can be tried five times in 15 minutes from one address, and then not even the right one',
    },
  },
  {
    id: 'uploads-in-the-shared-domain',
    what: 'Whoever may store files by a link is told which bytes the deployment has.',
    invariant: 'I-18',
    file: 'lambdas/links/open-link-uploads.ts',
    find: "dedupScope: 'account' }",
    replace: "dedupScope: 'deployment' }",
    caughtBy: {
      file: UPLOADS,
      test: 'of what is stored, in scope deployment: every chunk is missing until this link has sent it',
    },
  },
  {
    id: 'uploads-are-never-stored',
    what: 'Whoever may store files by a link fills the store with what never becomes a file.',
    invariant: 'I-23',
    file: 'lambdas/links/pending-bytes.ts',
    find: 'count: bytes, max, now, endsAt',
    replace: 'count: bytes - bytes, max, now, endsAt',
    caughtBy: {
      file: BOUNDS,
      test: 'what is announced and never stored fits into the room that there is, until the sweep may have taken it',
    },
  },
  {
    id: 'stored-makes-room-twice',
    what: 'A file that is stored by many requests at once makes room for many.',
    invariant: 'I-23',
    file: 'lambdas/links/pending-bytes.ts',
    find: "return first.kind === 'taken' ? bytes : 0;",
    replace: 'return first.kind.length > 0 ? bytes : 0;',
    caughtBy: {
      file: BOUNDS,
      test: 'what was stored makes room for as much as is left, once, however many store it at once',
    },
  },
  {
    id: 'more-files-than-uses',
    what: 'A visitor sends more files than the link takes.',
    invariant: 'I-23',
    file: 'lambdas/links/open-link-uploads.ts',
    find: 'const left = maxUses === undefined ? files : maxUses - uses;',
    replace: 'const left = maxUses === undefined ? files : maxUses + files - uses;',
    caughtBy: {
      file: BOUNDS,
      test: 'more files at once than a link takes are refused before a byte is sent, and it says how many it takes',
    },
  },
  {
    id: 'link-tells-the-namespace',
    what: 'Visitors of a link to a top folder are told the id of its namespace.',
    invariant: 'I-18',
    file: 'lambdas/links/link-node.ts',
    find: '? rootAlias(link) : nodeId,',
    replace: '? nodeId : nodeId,',
    caughtBy: {
      file: TARGETS,
      test: 'a link to a whole namespace tells nothing of its id, and takes no other name for its top folder',
    },
  },
  {
    id: 'link-to-a-mount-gives-more',
    what: 'A link for uploads to a mount goes on when its maker may only look there.',
    invariant: 'I-18',
    file: 'lambdas/links/open-link.ts',
    find: 'const access = await readMakersAccess({ namespaces }, link);',
    replace: "const access = await readMakersAccess({ namespaces }, { ...link, role: 'view' });",
    caughtBy: {
      file: TARGETS,
      test: 'a link to a mount gives what its maker may give of the shared folder, and ends when he has left it',
    },
  },
  {
    id: 'pointers-are-gathered',
    what: 'What points to a link is kept for ten years after the link was revoked.',
    invariant: 'I-23',
    file: 'lambdas/links/dynamodb-link-store.ts',
    find: 'if (link !== undefined) await',
    replace: 'if (link === undefined) return undefined; else if (link.uses < 0) await',
    caughtBy: {
      file: 'lambdas/links/dynamodb-link-store.test.ts',
      test: 'nothing of a link that was revoked is kept for longer than it says so',
    },
  },
  {
    id: 'file-over-a-file',
    what: 'A file that comes in by a link becomes the next revision of the one that has its name.',
    invariant: 'I-7',
    file: 'lambdas/links/store-link-files.ts',
    find: "onConflict: 'fail',",
    replace: "onConflict: 'keep_mine',",
    caughtBy: {
      file: UPLOADS,
      test: 'however many store at once, every file is there once under a name of its own, and no more than the limit says',
    },
  },
];
