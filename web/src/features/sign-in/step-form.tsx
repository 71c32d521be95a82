import type { ReactNode } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import styles from './sign-in.module.css';
import type { Attempt, SignInForms } from './sign-in-page.tsx';

export interface StepFormProps {
  readonly title: string;
  readonly text?: string | undefined;
  readonly action: string;
  readonly forms: SignInForms;
  readonly submit: Attempt;
  /** What else can be done here; a way back to the beginning without it. */
  readonly ways?: ReactNode;
  /** The fields. */
  readonly children: ReactNode;
}

/** One step on the way in: what is asked, one thing that goes on, and ways that lead elsewhere. */
export function StepForm({ title, text, action, forms, submit, ways, children }: StepFormProps) {
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        forms.attempt(submit);
      }}
    >
      <h1>{title}</h1>
      {text !== undefined && <p>{text}</p>}
      {children}
      <Button kind="primary" type="submit" isDisabled={forms.isBusy}>
        {action}
      </Button>
      <div className={styles.ways}>{ways ?? <WayBack forms={forms} />}</div>
    </form>
  );
}

export function WayBack({ forms }: { readonly forms: SignInForms }) {
  const { t } = useTranslation();
  return (
    <Button kind="quiet" onPress={() => forms.go({ kind: 'sign-in' })}>
      {t('app.back')}
    </Button>
  );
}

interface Typed {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A code that was sent, or that an authenticator app shows. */
export function CodeField(typed: Typed) {
  const { t } = useTranslation();
  return (
    <TextField
      label={t('sign-in.code')}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      required
      {...typed}
    />
  );
}

export function EmailField(typed: Typed) {
  const { t } = useTranslation();
  return <TextField label={t('sign-in.email')} type="email" name="email" autoComplete="username" required {...typed} />;
}
