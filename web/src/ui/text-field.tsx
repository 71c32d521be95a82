import { type ComponentProps, useId } from 'react';
import styles from './field.module.css';

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'className' | 'id' | 'onChange'> {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What is wrong with the value, if something is. */
  readonly problem?: string | undefined;
  readonly hint?: string | undefined;
}

export function TextField({ label, problem, hint, onChange, ...props }: TextFieldProps) {
  const id = useId();
  const described = problem ?? hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...props}
        id={id}
        className={styles.input}
        aria-invalid={problem !== undefined}
        aria-describedby={described === undefined ? undefined : `${id}-more`}
        onChange={(event) => onChange(event.target.value)}
      />
      {described !== undefined && (
        <p id={`${id}-more`} className={problem === undefined ? styles.hint : styles.problem}>
          {described}
        </p>
      )}
    </div>
  );
}
