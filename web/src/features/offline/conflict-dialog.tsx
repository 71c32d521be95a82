import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { askedChange } from '../../offline/change-queue.ts';
import { useChangeQueue } from './use-offline.ts';

const Dialog = lazy(async () => ({ default: (await import('../../ui/dialog.tsx')).Dialog }));
const ConflictQuestion = lazy(async () => ({ default: (await import('./conflict-question.tsx')).ConflictQuestion }));

/** Asks as soon as there is something to ask. Who closes it finds the question on the offline page. */
export function ConflictDialog() {
  const { t } = useTranslation();
  const asked = askedChange(useChangeQueue());
  const [putOff, setPutOff] = useState<string>();
  if (asked === undefined || asked.id === putOff) return null;
  return (
    <Suspense fallback={null}>
      <Dialog title={t('offline.conflictTitle')} closeLabel={t('offline.later')} onClose={() => setPutOff(asked.id)}>
        <ConflictQuestion key={`${asked.id} ${asked.attempt}`} change={asked} />
      </Dialog>
    </Suspense>
  );
}
