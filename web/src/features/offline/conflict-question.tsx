import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import type { ConflictChoice, OfflineChange } from '../../offline/offline-change.ts';
import styles from './offline.module.css';
import { useChangeQueue, useOffline } from './use-offline.ts';

/** A change met another one: what stands, for this one or for all that come. Nothing is lost by any answer. */
export function ConflictQuestion({ change }: { readonly change: OfflineChange }) {
  const { t } = useTranslation();
  const offline = useOffline();
  const others = useChangeQueue().changes.length - 1;
  const [isForAll, setIsForAll] = useState(false);
  return (
    <>
      <p>{t(questionKey(change), { name: change.after.name })}</p>
      {others > 0 && (
        <label className={styles.all}>
          <input type="checkbox" checked={isForAll} onChange={({ target }) => setIsForAll(target.checked)} />
          {t('offline.forAll', { count: others })}
        </label>
      )}
      <div className={styles.choices}>
        {choicesFor(change).map((choice) => (
          <button
            key={choice}
            type="button"
            className={styles.choice}
            onClick={() => void offline.choose(change.id, choice, isForAll && others > 0)}
          >
            <strong>{t(`offline.${choice}`)}</strong>
            <span>{t(hintKey(change, choice))}</span>
          </button>
        ))}
      </div>
    </>
  );
}

/** A file can be there twice; a place, or its end, cannot. Nothing gives way to what is only moved: it gets another name, or is left where it is. */
function choicesFor({ edit, conflict }: OfflineChange): readonly ConflictChoice[] {
  if (edit.type === 'put') return ['keep_both', 'keep_mine', 'keep_theirs', 'last_write_wins'];
  if (conflict?.kind === 'name_taken') return ['keep_both', 'keep_theirs'];
  return ['keep_mine', 'keep_theirs', 'last_write_wins'];
}

/** What a choice does to a change of this type. */
function hintKey({ edit }: OfflineChange, choice: ConflictChoice) {
  if (edit.type === 'put' || choice === 'last_write_wins') return `offline.${choice}Hint` as const;
  if (edit.type !== 'delete') return `offline.${choice}Hint_move` as const;
  return choice === 'keep_mine'
    ? ('offline.keep_mineHint_delete' as const)
    : ('offline.keep_theirsHint_delete' as const);
}

function questionKey({ edit, conflict }: OfflineChange) {
  const kind = conflict?.kind;
  if (edit.type === 'put') {
    if (kind === 'name_taken') return 'offline.conflict_put_name_taken' as const;
    return kind === 'deleted' ? ('offline.conflict_put_deleted' as const) : ('offline.conflict_put_edited' as const);
  }
  if (edit.type === 'delete') return 'offline.conflict_delete_changed' as const;
  if (kind === 'name_taken') return 'offline.conflict_move_name_taken' as const;
  return kind === 'deleted' ? ('offline.conflict_move_deleted' as const) : ('offline.conflict_move_moved' as const);
}
