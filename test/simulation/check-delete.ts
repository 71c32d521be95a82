import type { Member } from '../support/in-memory-member.ts';
import type { DeviceDisk } from './device-disk.ts';
import type { DoomedFile, JournalOracle } from './journal-oracle.ts';
import type { World } from './simulated-device.ts';

/** The device that asked for a delete. */
export interface Deleter {
  readonly name: string;
  readonly member: Pick<Member, 'deviceId'>;
  readonly disk: Pick<DeviceDisk, 'hasUntouched' | 'textsMovedTo'>;
  readonly roundBeganAt: number;
}

/**
 * I-15: whoever deletes a file has had exactly this content on its disk, and has it there no more. What somebody has touched since the
 * sync began may have come back just now. And what stands there may be another file of this content: one that the service has, or one
 * that a person moved there, which the service has had with it, or with what was in it before, and somebody has perhaps written to or removed since. `isFromBefore`:
 * the delete was asked for by a process that has ended since. What it knew may be lost, and the file fetched again before the delete came.
 */
export function checkDelete(
  { stage, ledger }: Pick<World, 'stage' | 'ledger'>,
  deleter: Deleter,
  doing: { readonly oracle: JournalOracle; readonly files: readonly DoomedFile[]; readonly isFromBefore: boolean },
): void {
  const { oracle, files, isFromBefore } = doing;
  const doomed = new Set(files.map(({ node }) => node.nodeId));
  for (const { path, text } of files) {
    const isSeen = ledger.hasSeen(deleter.member.deviceId, text);
    stage.check(
      isSeen,
      'I-15',
      () => `${deleter.name} deletes ${path} with ${JSON.stringify(text)}, which it never had`,
    );
    if (isFromBefore) continue;
    const isAnother =
      oracle.hasLiveContent(text, doomed) ||
      deleter.disk.textsMovedTo(path).some((moved) => oracle.hadContent(moved, doomed));
    if (isAnother || !deleter.disk.hasUntouched({ path, text }, deleter.roundBeganAt)) continue;
    stage.violate('I-15', `${deleter.name} deletes ${path} with ${JSON.stringify(text)}, which stands on its disk`);
  }
}
