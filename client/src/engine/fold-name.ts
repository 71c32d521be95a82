import type { DiskNameRules } from './disk-name-rules.ts';

/**
 * One key for all names that a disk with these rules takes for one. It rather takes too many for one (`ß` and `ss`, which some
 * disks tell apart) than too few. Idempotent.
 */
export function foldName(name: string, rules: Pick<DiskNameRules, 'foldsCase' | 'foldsForm'>): string {
  const { foldsCase, foldsForm } = rules;
  let key = name;
  // Disks that fold forms drop what is invisible, or do not, by their version of Unicode.
  if (foldsCase && foldsForm) key = key.normalize('NFD').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
  // Upper case brings `ß` to `SS`, `ſ` to `S` and both forms of sigma together; lower case before it brings `ẞ` to `ß`.
  if (foldsCase) key = key.toLowerCase().toUpperCase().toLowerCase();
  return foldsForm ? key.normalize('NFC') : key;
}
