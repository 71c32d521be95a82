/**
 * What can be wrong, each with a code that stays. `loss`: bytes are gone or wrong. `danger`: bytes could go. `broken`: rows contradict each
 * other. `waste`: something is kept that nothing needs. Shown with the row that it is about, and the file's path where one is known.
 */
export const FINDINGS = {
  'chunk-lost': {
    severity: 'loss',
    says: 'the object of a chunk is gone',
    remedy:
      'Stop the sweep and the expiry. If the bucket still has an older version of the object, copy it back. Whoever has the file can upload it again: the record of the chunk must be removed first.',
  },
  'chunk-damaged': {
    severity: 'loss',
    says: 'the bytes of a chunk are not the ones that its name says',
    remedy:
      'If the bucket still has an older version of the object, copy it back. Otherwise ask whoever has the file to upload it again.',
  },
  'chunk-unrecorded': {
    severity: 'loss',
    says: 'a retained file needs a chunk that has no record, so nobody can read it',
    remedy: 'Run "npm run admin -- repair": it restores the record if the bytes are still there.',
  },
  'manifest-lost': {
    severity: 'loss',
    says: 'the list of chunks of a retained revision is gone',
    remedy:
      'If the bucket still has an older version of the object, copy it back. Other revisions of the file can be restored.',
  },
  'manifest-damaged': {
    severity: 'loss',
    says: 'the list of chunks of a retained revision is not the one that its name says',
    remedy: 'Restore another revision of the file, and ask whoever has it to upload it again.',
  },
  'content-missing': {
    severity: 'loss',
    says: 'a file has no row for its present content',
    remedy:
      'Restore the table Files to an earlier point into a new table, and copy the row of the revision from there.',
  },
  'node-missing': {
    severity: 'loss',
    says: 'the journal knows a file or folder that has no row',
    remedy: 'Restore the table Files to an earlier point into a new table, and copy the row of the node from there.',
  },
  'pack-lost': {
    severity: 'loss',
    says: 'the object of a pack is gone, with every chunk in it',
    remedy: 'Stop the sweep and the expiry. If the bucket still has an older version of the object, copy it back.',
  },
  'pack-damaged': {
    severity: 'loss',
    says: 'the bytes of a pack are not the ones that its name says',
    remedy: 'Run fsck with --deep: it tells which chunks in it are damaged.',
  },
  'reference-missing': {
    severity: 'danger',
    says: 'a retained file needs a chunk and has no reference to it, so the sweep could remove it',
    remedy: 'Stop the sweep, then run "npm run admin -- repair": it adds the reference.',
  },
  'projection-ahead': {
    severity: 'danger',
    says: 'a journal was projected further than it goes, so what is committed anew gets no references',
    remedy:
      'Stop the sweep, then run "npm run admin -- repair": it lets the journal be projected from its first entry on.',
  },
  'projection-behind': {
    severity: 'danger',
    says: 'entries of a journal have not been projected for an hour',
    remedy:
      'Look at the dead-letter queue of the projection, then run "npm run admin -- repair": it projects what is left.',
  },
  'journal-gap': {
    severity: 'broken',
    says: 'an entry of a journal is missing, so devices may miss a change',
    remedy:
      'Restore the table Changes to an earlier point into a new table, and copy the entry from there. Devices that may have missed it read everything anew after "syncline doctor".',
  },
  'node-differs': {
    severity: 'broken',
    says: 'a file or folder is not what the journal says',
    remedy: 'Compare the row of the node with the entry. Renaming the file and back writes both anew.',
  },
  'content-differs': {
    severity: 'broken',
    says: 'a file and the row of its present content name different contents',
    remedy: 'Restore the right revision of the file.',
  },
  'parent-missing': {
    severity: 'broken',
    says: 'a file or folder lies in a folder that does not exist, so nobody can reach it',
    remedy:
      'Restore the row of the folder from an earlier point of the table Files. The file itself can be exported by its revision.',
  },
  'place-missing': {
    severity: 'broken',
    says: 'a file or folder is not listed in its folder',
    remedy: 'Run "npm run admin -- repair": it lists it again.',
  },
  'place-taken': {
    severity: 'broken',
    says: 'two files or folders have one place',
    remedy: 'Move the one that is listed to another name, then run "npm run admin -- repair".',
  },
  'place-dangling': {
    severity: 'broken',
    says: 'a folder lists something that is not there',
    remedy: 'Run "npm run admin -- repair": it takes the entry out.',
  },
  'place-differs': {
    severity: 'broken',
    says: 'a folder lists something otherwise than it is',
    remedy: 'Run "npm run admin -- repair": it lists it as it is.',
  },
  'trash-missing': {
    severity: 'broken',
    says: 'a deleted file or folder is not listed in the trash, so nobody can restore it',
    remedy: 'Run "npm run admin -- repair": it lists it again.',
  },
  'trash-dangling': {
    severity: 'broken',
    says: 'the trash lists something that is not deleted',
    remedy: 'Run "npm run admin -- repair": it takes the entry out.',
  },
  'usage-differs': {
    severity: 'broken',
    says: 'the bytes that are counted are not the bytes that are stored',
    remedy: 'Run "npm run admin -- repair": it counts anew.',
  },
  'home-missing': {
    severity: 'broken',
    says: 'an account has no home namespace, or one that is not its own',
    remedy: 'Restore the rows of the namespace from an earlier point of the table Accounts.',
  },
  'ground-missing': {
    severity: 'broken',
    says: 'a shared folder has no home namespace in which its rows lie',
    remedy: 'Restore the head of that namespace from an earlier point of the table Accounts.',
  },
  'owner-missing': {
    severity: 'broken',
    says: 'the owner of a namespace is no member of it',
    remedy: 'Run "npm run admin -- repair": it makes the owner a member again.',
  },
  'member-stray': {
    severity: 'broken',
    says: 'there is a member of a namespace, or an account, that does not exist',
    remedy: 'Restore what is missing from an earlier point of the table Accounts, or remove the row of the member.',
  },
  'member-count-differs': {
    severity: 'broken',
    says: 'a shared folder has another number of members than is counted',
    remedy: 'Run "npm run admin -- repair": it counts anew.',
  },
  'mount-missing': {
    severity: 'broken',
    says: 'a shared folder stands in the tree of an account, and no row says so',
    remedy: 'Run "npm run admin -- repair": it writes the row again.',
  },
  'mount-dangling': {
    severity: 'broken',
    says: 'a row says that an account has a shared folder in its tree, and it has not',
    remedy: 'Run "npm run admin -- repair": it removes the row. The account can be invited again.',
  },
  'mount-left-over': {
    severity: 'broken',
    says: 'somebody who is no member of a shared folder any more still has it in the tree',
    remedy: 'They can leave the shared folder once more ("syncline leave"), which takes it out.',
  },
  'mount-count-differs': {
    severity: 'broken',
    says: 'a home namespace has another number of shared folders than is counted',
    remedy: 'Run "npm run admin -- repair": it counts anew.',
  },
  'link-pointer-missing': {
    severity: 'broken',
    says: 'a link works, and is not among the links of the account that made it, so nobody can revoke it',
    remedy: 'Run "npm run admin -- repair": it lists the link again.',
  },
  'link-dangling': {
    severity: 'broken',
    says: 'an account has a link that does not exist',
    remedy: 'Run "npm run admin -- repair": it takes the link off the list.',
  },
  'reference-extra': {
    severity: 'waste',
    says: 'a chunk has a reference of a file that does not need it, so it is kept',
    remedy: 'Nothing is lost. Tell the developers how it came to be.',
  },
  'object-stray': {
    severity: 'waste',
    says: 'an object in the bucket that no record names',
    remedy: 'Nothing is lost. The sweep removes it 38 days after it was stored.',
  },
} as const satisfies Readonly<Record<string, FindingKind>>;

export interface FindingKind {
  readonly severity: Severity;
  readonly says: string;
  readonly remedy: string;
}

export type Severity = 'loss' | 'danger' | 'broken' | 'waste';

export type FindingCode = keyof typeof FINDINGS;
