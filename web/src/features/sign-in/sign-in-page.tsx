import type { SignInRefused } from '@syncline/client';
import { UnavailableError } from '@syncline/client';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSession } from '../../session/session-context.ts';
import { Logo } from '../../ui/logo.tsx';
import { Notice } from '../../ui/notice.tsx';
import { CodeForm } from './code-form.tsx';
import { CredentialsForm } from './credentials-form.tsx';
import { factorProblem } from './factor-problem.ts';
import { ForgotForm, ResetForm } from './reset-forms.tsx';
import styles from './sign-in.module.css';

/** Where somebody is on the way in. The password is kept for the step that signs in after the address was confirmed. */
export type SignInStep =
  | { readonly kind: 'sign-in'; readonly wasReset?: boolean }
  | { readonly kind: 'sign-up' }
  | { readonly kind: 'confirm'; readonly email: string; readonly password: string }
  | { readonly kind: 'factor'; readonly email: string; readonly session: string }
  | { readonly kind: 'forgot' }
  | { readonly kind: 'reset'; readonly email: string };

/** What a form does: `undefined` when it went well, otherwise why not. */
export type Attempt = () => Promise<SignInRefused | undefined>;

export interface SignInForms {
  readonly go: (step: SignInStep) => undefined;
  readonly attempt: (task: Attempt) => void;
  readonly isBusy: boolean;
}

/** Signing in and all that goes with it, for somebody who is not. */
export function SignInPage({ because }: { readonly because: 'nobody' | 'asked' | 'ended' | 'unlinked' | 'refused' }) {
  const { t } = useTranslation();
  const [step, setStep] = useState<SignInStep>({ kind: 'sign-in' });
  const [problem, setProblem] = useState<SignInRefused['reason'] | 'unavailable'>();
  const [isBusy, setIsBusy] = useState(false);
  const go = (next: SignInStep): undefined => {
    setProblem(undefined);
    setStep(next);
  };
  const attempt = (task: Attempt): void => {
    setIsBusy(true);
    setProblem(undefined);
    const run = async (): Promise<void> => {
      try {
        setProblem((await task())?.reason);
      } catch (failure) {
        if (!(failure instanceof UnavailableError)) throw failure;
        setProblem('unavailable');
      } finally {
        setIsBusy(false);
      }
    };
    void run();
  };
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Logo />
        {because === 'ended' && step.kind === 'sign-in' && <Notice kind="info">{t('sign-in.ended')}</Notice>}
        {because === 'unlinked' && step.kind === 'sign-in' && <Notice kind="info">{t('app.unlinked')}</Notice>}
        {because === 'refused' && <Notice kind="problem">{t('sign-in.deviceRefused')}</Notice>}
        {problem !== undefined && (
          <Notice kind="problem">{t(step.kind === 'factor' ? factorProblem(problem) : `sign-in.${problem}`)}</Notice>
        )}
        <Step key={step.kind} step={step} forms={{ go, attempt, isBusy }} />
      </div>
      <p className={styles.tagline}>{t('sign-in.tagline')}</p>
    </main>
  );
}

function Step({ step, forms }: { readonly step: SignInStep; readonly forms: SignInForms }) {
  const { t } = useTranslation();
  const signIn = useSignIn(forms.go);
  const session = useSession();
  switch (step.kind) {
    case 'sign-in':
    case 'sign-up':
      return <CredentialsForm step={step} forms={forms} signIn={signIn} />;
    case 'confirm':
      return (
        <CodeForm
          title={t('sign-in.confirmTitle')}
          text={t('sign-in.confirmText', { email: step.email })}
          forms={forms}
          submit={async (code) => {
            const outcome = await session.userPool().confirmSignUp({ email: step.email, code });
            if (outcome.kind === 'refused') return outcome;
            return step.password === '' ? forms.go({ kind: 'sign-in' }) : signIn(step);
          }}
          resend={() => session.userPool().resendCode(step.email)}
          email={step.email}
        />
      );
    case 'factor':
      return (
        <CodeForm
          title={t('sign-in.factorTitle')}
          text={t('sign-in.factorText')}
          forms={forms}
          submit={async (code) => {
            const outcome = await session.userPool().answerSecondFactor({ ...step, code });
            if (outcome.kind === 'refused') return outcome;
            await session.finishSignIn(outcome.tokens);
            return undefined;
          }}
        />
      );
    case 'forgot':
      return <ForgotForm forms={forms} />;
    case 'reset':
      return <ResetForm email={step.email} forms={forms} />;
  }
}

/** Signs in, or goes to the step that is needed before. */
function useSignIn(go: SignInForms['go']) {
  const session = useSession();
  return async (given: { readonly email: string; readonly password: string }): Promise<SignInRefused | undefined> => {
    const { email, password } = given;
    const outcome = await session.userPool().signIn({ email, password });
    switch (outcome.kind) {
      case 'second-factor':
        return go({ kind: 'factor', email, session: outcome.session });
      case 'refused':
        if (outcome.reason === 'not-confirmed') return go({ kind: 'confirm', email, password });
        return outcome;
      case 'signed-in':
        await session.finishSignIn(outcome.tokens);
        return undefined;
    }
  };
}
