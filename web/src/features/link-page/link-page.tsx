import type { Problem } from '@syncline/protocol';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { Loading } from '../../ui/empty-state.tsx';
import { Icon } from '../../ui/icons/icon.tsx';
import { Logo } from '../../ui/logo.tsx';
import { shownName } from '../../ui/shown-name.ts';
import type { LinkVisit, OpenedLink } from './create-link-visit.ts';
import { describeRefusal } from './describe-refusal.ts';
import styles from './link-page.module.css';
import { useLinkTexts } from './link-texts.ts';
import { LinkedFile } from './linked-file.tsx';
import { LinkedFolder } from './linked-folder.tsx';
import { PasswordForm } from './password-form.tsx';
import { UploadBox } from './upload-box.tsx';

type LinkState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'opened'; readonly link: OpenedLink }
  | { readonly kind: 'password'; readonly isWrong: boolean }
  | { readonly kind: 'refused'; readonly problem: Pick<Problem, 'code' | 'details'> };

/** What a link is for, to whoever has its address. */
export function LinkPage({ visit }: { readonly visit: LinkVisit | undefined }) {
  const texts = useLinkTexts();
  const { say } = texts;
  const { state, open } = useLink(visit);
  switch (state.kind) {
    case 'opening':
      return (
        <Frame>
          <Loading label={say('link.loading')} />
        </Frame>
      );
    case 'password':
      return (
        <Frame>
          <PasswordForm isWrong={state.isWrong} onPassword={open} />
        </Frame>
      );
    case 'refused': {
      const { icon, title, text } = describeRefusal(state.problem, texts);
      return (
        <Frame title={title}>
          <div className={styles.refusal}>
            <Icon name={icon} />
            <h1 className={styles.name}>{shownName(title)}</h1>
            <p className={styles.quiet}>{text}</p>
          </div>
        </Frame>
      );
    }
    case 'opened':
      return <Opened link={state.link} visit={visit} />;
  }
}

function Opened({ link, visit }: { readonly link: OpenedLink; readonly visit: LinkVisit | undefined }) {
  const { node } = link;
  if (visit === undefined) return null;
  if (link.role === 'upload' || node === undefined) {
    return (
      <Frame>
        <UploadBox visit={visit} />
      </Frame>
    );
  }
  return node.kind === 'file' ? (
    <Frame title={node.name}>
      <LinkedFile link={link} node={node} visit={visit} />
    </Frame>
  ) : (
    <Frame title={node.name} isWide>
      <LinkedFolder link={link} folder={node} visit={visit} />
    </Frame>
  );
}

function Frame(props: { readonly title?: string; readonly isWide?: boolean; readonly children: ReactNode }) {
  const { title } = props;
  useEffect(() => {
    if (title !== undefined) document.title = `${shownName(title)} – Syncline`;
  }, [title]);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <Logo />
      </header>
      <main className={props.isWide === true ? styles.wide : styles.card}>{props.children}</main>
    </div>
  );
}

/** What came of opening the link, and a way to open it with a password. */
function useLink(visit: LinkVisit | undefined) {
  const [state, setState] = useState<LinkState>({ kind: 'opening' });
  const open = useCallback(
    async (password: string | undefined): Promise<void> => {
      setState(await stateOf(visit, password));
    },
    [visit],
  );
  useEffect(() => void open(undefined), [open]);
  return { state, open };
}

async function stateOf(visit: LinkVisit | undefined, password: string | undefined): Promise<LinkState> {
  if (visit === undefined) return { kind: 'refused', problem: { code: 'not_found' } };
  try {
    const answer = await visit.open(password);
    if (answer.ok) return { kind: 'opened', link: answer.value };
    const { code, details } = answer.problem;
    const isPasswordAsked = code === 'password_needed' || (code === 'invalid_request' && password !== undefined);
    if (isPasswordAsked) return { kind: 'password', isWrong: password !== undefined };
    return { kind: 'refused', problem: { code, details } };
  } catch {
    // The client has tried again by itself; there is nobody to tell but the visitor.
    return { kind: 'refused', problem: { code: 'unavailable' } };
  }
}
