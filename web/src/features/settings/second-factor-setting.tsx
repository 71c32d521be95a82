import { type SignInRefused, UnavailableError } from '@syncline/client';
import { useEffect, useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSession, useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { factorProblem } from '../sign-in/factor-problem.ts';
import { authenticatorAddress } from './authenticator-address.ts';
import styles from './settings.module.css';

type Factor = { readonly kind: 'loading' | 'off' | 'on' } | { readonly kind: 'setting-up'; readonly secret: string };

/** A code of an authenticator app as the second step of each sign-in: set up, or taken away. */
export function SecondFactorSetting() {
  const { t } = useTranslation();
  const { factor, problem, begin, confirm, end } = useSecondFactor();
  return (
    <div className={styles.factor}>
      {problem !== undefined && <Notice kind="problem">{t(factorProblem(problem))}</Notice>}
      {factor.kind === 'off' && (
        <>
          <p>{t('settings.factorOff')}</p>
          <Button icon="lock" onPress={() => void begin()}>
            {t('settings.factorSetUp')}
          </Button>
        </>
      )}
      {factor.kind === 'on' && (
        <>
          <Notice kind="success">{t('settings.factorOn')}</Notice>
          <Button onPress={() => void end()}>{t('settings.factorEnd')}</Button>
        </>
      )}
      {factor.kind === 'setting-up' && <SetUpForm secret={factor.secret} onConfirm={confirm} />}
    </div>
  );
}

function SetUpForm(props: { readonly secret: string; readonly onConfirm: (code: string) => Promise<void> }) {
  const { t } = useTranslation();
  const { email } = useSignedIn();
  const [code, setCode] = useState('');
  return (
    <form
      className={styles.setUp}
      onSubmit={(event) => {
        event.preventDefault();
        void props.onConfirm(code.trim());
      }}
    >
      <p>{t('settings.factorText')}</p>
      <p>
        <a href={authenticatorAddress(props.secret, email ?? '')}>{t('settings.factorOpen')}</a>
      </p>
      <TextField label={t('settings.factorKey')} readOnly value={props.secret} onChange={() => undefined} />
      <TextField
        label={t('sign-in.code')}
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        value={code}
        onChange={setCode}
      />
      <Button kind="primary" type="submit">
        {t('settings.factorConfirm')}
      </Button>
    </form>
  );
}

type Answer = { readonly kind: 'next'; readonly factor: Factor } | SignInRefused;
const next = (factor: Factor): Answer => ({ kind: 'next', factor });

/** What the user pool says of the second factor, and what it is asked to do about it. */
function useSecondFactor() {
  const pool = useSession().userPool();
  const { tokens } = useSignedIn();
  const [factor, setFactor] = useState<Factor>({ kind: 'loading' });
  const [problem, setProblem] = useState<SignInRefused['reason'] | 'unavailable'>();

  const ask = async (question: (accessToken: string) => Promise<Answer>): Promise<void> => {
    setProblem(undefined);
    try {
      const accessToken = await tokens.current();
      if (accessToken === undefined) return;
      const answer = await question(accessToken);
      if (answer.kind === 'refused') setProblem(answer.reason);
      else setFactor(answer.factor);
    } catch (failure) {
      if (!(failure instanceof UnavailableError)) throw failure;
      setProblem('unavailable');
    }
  };
  useEffect(() => {
    void ask(async (accessToken) => {
      const profile = await pool.readProfile(accessToken);
      return profile.kind === 'refused' ? profile : next({ kind: profile.hasSecondFactor ? 'on' : 'off' });
    });
  }, [pool, tokens]);
  return {
    factor,
    problem,
    begin: () =>
      ask(async (accessToken) => {
        const begun = await pool.beginSecondFactor(accessToken);
        return begun.kind === 'refused' ? begun : next({ kind: 'setting-up', secret: begun.secret });
      }),
    confirm: (code: string) =>
      ask(async (accessToken) => {
        const done = await pool.confirmSecondFactor({ accessToken, code });
        return done.kind === 'refused' ? done : next({ kind: 'on' });
      }),
    end: () =>
      ask(async (accessToken) => {
        const done = await pool.endSecondFactor(accessToken);
        return done.kind === 'refused' ? done : next({ kind: 'off' });
      }),
  };
}
