import type { SignInRefused } from '@syncline/client';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import type { SignInForms } from './sign-in-page.tsx';
import { CodeField, StepForm, WayBack } from './step-form.tsx';

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
  const sendAgain = async (): Promise<SignInRefused | undefined> => {
    const outcome = await resend?.();
    if (outcome?.kind === 'refused') return outcome;
    setIsSent(true);
    return undefined;
  };
  const ways = (
    <>
      {resend !== undefined && (
        <Button kind="quiet" isDisabled={forms.isBusy} onPress={() => forms.attempt(sendAgain)}>
          {t('sign-in.resend')}
        </Button>
      )}
      <WayBack forms={forms} />
    </>
  );
  return (
    <StepForm
      title={title}
      text={text}
      action={t('sign-in.confirm')}
      forms={forms}
      submit={() => submit(code.trim())}
      ways={ways}
    >
      {isSent && <Notice kind="success">{t('sign-in.sent', { email })}</Notice>}
      <CodeField value={code} onChange={setCode} />
    </StepForm>
  );
}
