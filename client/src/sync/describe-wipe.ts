import { KEPT_PATHS_SHOWN } from './limits.ts';
import type { FolderWipe } from './wipe-device.ts';

/** What a person should know of a folder that was wiped. */
export function describeWipe(wipe: FolderWipe): readonly string[] {
  if (wipe.state === 'unreached') {
    return [
      `${wipe.path} was not wiped yet: it was not found, another process uses it, or the service did not say what it keeps. It is tried again.`,
    ];
  }
  const { path, removedFiles, kept } = wipe;
  const shown = kept.slice(0, KEPT_PATHS_SHOWN);
  const rest = kept.length - shown.length;
  return [
    `${path} is not synced any more: this device was unlinked, and asked to remove what it had synced. ` +
      `${removedFiles} files were removed. They are at the service.`,
    ...(kept.length === 0
      ? []
      : [`${kept.length} files stay in it, because the service does not have them as they are:`]),
    ...shown.map((one) => `  ${one}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}
