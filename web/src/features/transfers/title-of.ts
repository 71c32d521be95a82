import type { Translate } from '../../messages/english.ts';
import { isOver, type UploadsState } from '../../transfers/transfer-state.ts';

/** What is said of all uploads: how far they are, and when all are over what came of them. What was left out is not passed over. */
export function titleOf({ items, totals }: Pick<UploadsState, 'items' | 'totals'>, t: Translate): string {
  const { doneFiles, failedFiles, skippedFiles, files } = totals;
  if (items.some(({ status }) => !isOver(status))) return t('transfers.uploading', { done: doneFiles, count: files });
  const parts: string[] = [];
  if (failedFiles > 0) parts.push(t('transfers.failedSome', { count: failedFiles }));
  else if (doneFiles > 0) parts.push(t('transfers.uploaded', { count: doneFiles }));
  if (skippedFiles > 0) parts.push(t('transfers.leftOut', { count: skippedFiles }));
  return parts.join(' · ');
}
