import { useId } from 'react';
import { cx } from './cx.ts';
import styles from './field.module.css';

export interface SelectFieldProps<T extends string> {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly onChange: (value: T) => void;
  readonly isDisabled?: boolean;
}

export function SelectField<T extends string>(props: SelectFieldProps<T>) {
  const { label, isLabelHidden = false, value, options, onChange, isDisabled = false } = props;
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={cx(isLabelHidden && 'visually-hidden')}>
        {label}
      </label>
      <select
        id={id}
        className={styles.select}
        value={value}
        disabled={isDisabled}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}
