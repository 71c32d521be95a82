import type { SignInRefused } from '@syncline/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { TextField } from '../../ui/text-field.tsx';
import styles from './sign-in.module.css';
import type { SignInForms } from './sign-in-page.tsx';

export interface CodeFormProps {
  readonly title: string;
  readonly text: string;
  readonly forms: SignInForms;
  readonly submit: (code: string) => Promise<SignInRefused | undefined>;
  /** Sends another code by mail, to `email`. */
  readonly resend?: () => Promise<{ readonly kind: 'sent' } | SignInRefused>;
  readonly email?: string;
}

/** Asks for a code that was sent, or that an authenticator app shows. */
export function CodeForm({ title, text, forms, submit, resend, email = '' }: CodeFormProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [isSent, setIsSent] = useState(false);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        forms.attempt(() => submit(code.trim()));
      }}
    >
      <h1>{title}</h1>
      <p>{text}</p>
      {isSent && <Notice kind="success">{t('sign-in.sent', { email })}</Notice>}
      <TextField
        label={t('sign-in.code')}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        value={code}
        onChange={setCode}
      />
      <Button kind="primary" type="submit" isDisabled={forms.isBusy}>
        {t('sign-in.confirm')}
      </Button>
      <div className={styles.ways}>
        {resend !== undefined && (
          <Button
            kind="quiet"
            isDisabled={forms.isBusy}
            onPress={() =>
              forms.attempt(async () => {
                const outcome = await resend();
                if (outcome.kind === 'refused') return outcome;
                setIsSent(true);
                return undefined;
              })
            }
          >
            {t('sign-in.resend')}
          </Button>
        )}
        <Button kind="quiet" onPress={() => forms.go({ kind: 'sign-in' })}>
          {t('app.back')}
        </Button>
      </div>
    </form>
  );
}
