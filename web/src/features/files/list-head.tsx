import { useTranslation } from '../../messages/translate.ts';
import { Icon } from '../../ui/icons/icon.tsx';
import styles from './entry-list.module.css';
import type { SortColumn, SortOrder } from './sort-entries.ts';

const COLUMNS = [
  { column: 'name', text: 'files.name' },
  { column: 'modified', text: 'files.modified' },
  { column: 'size', text: 'files.size' },
] as const;

/** The names of the columns, which sort. What is newest or largest is what one looks for first. */
export function ListHead({
  order,
  onOrder,
}: {
  readonly order: SortOrder;
  readonly onOrder: (order: SortOrder) => void;
}) {
  const { t } = useTranslation();
  const sortBy = (column: SortColumn): void =>
    onOrder({ column, isDescending: order.column === column ? !order.isDescending : column !== 'name' });
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        {COLUMNS.map(({ column, text }) => (
          <div
            key={column}
            role="columnheader"
            className={styles[column]}
            aria-sort={order.column === column ? (order.isDescending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" className={styles.sort} onClick={() => sortBy(column)}>
              {t(text)}
              {order.column === column && <Icon name={order.isDescending ? 'arrow-down' : 'arrow-up'} />}
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}
