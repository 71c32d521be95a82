/** The source that is named for a pattern of ours. */
export const BUILT_IN = 'built-in';

/**
 * What is ignored without being told: files that systems and programs leave for themselves, and that mean nothing on another
 * computer. A `.synclineignore` can take each back with `!pattern`.
 *
 * Backups that people may look for (`notes.txt~`, `*.bak`) are not among them: they are files like any other.
 */
export const BUILT_IN_PATTERNS: readonly string[] = [
  // macOS
  '.DS_Store',
  '.AppleDouble/',
  '._*',
  '.Spotlight-V100/',
  '.Trashes/',
  '.fseventsd/',
  '.TemporaryItems/',
  // Windows
  '[Tt]humbs.db',
  '[Dd]esktop.ini',
  '$RECYCLE.BIN/',
  'System Volume Information/',
  // Linux
  '.directory',
  '.Trash-*/',
  '.fuse_hidden*',
  '.nfs*',
  // Documents that are open in an office program
  '~$*',
  '.~lock.*#',
  // Files that are open in an editor
  '.*.sw[a-p]',
  '*.swp',
  '.#*',
  // What is not there in full
  '*.tmp',
  '*.crdownload',
  '*.part',
  '*.partial',
  // Our own
  '.syncline-*',
];

/** Beginnings and ends, at least one of which every name has that a built-in pattern matches. */
const BEGINNINGS = /^[.~$]|^(thumbs|desktop|system volume)/i;
const ENDS = /\.(swp|tmp|crdownload|part|partial)$/i;

/** Whether a built-in pattern may match a name. Most names are told apart by this at a fraction of the cost. */
export function mayBeBuiltIn(name: string): boolean {
  return BEGINNINGS.test(name) || ENDS.test(name);
}
