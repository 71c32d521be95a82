import { type Node, splitName } from '@syncline/protocol';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { cx } from '../../ui/cx.ts';
import { useToast } from '../../ui/toasts.tsx';
import styles from './entry-list.module.css';
import { nameProblem } from './name-problem.ts';

/** A name being typed where it stands. Enter and leaving keep it, or say why it cannot be, Escape does not; `onDone` without a name means that it stays. */
export function RenameField({
  node,
  onDone,
}: {
  readonly node: Node;
  readonly onDone: (name: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(node.name);
  const isOver = useRef(false);
  useEffect(() => {
    input.current?.focus();
    // The ending stays, which says what the file is.
    const end = node.kind === 'file' ? splitName(node.name).stem.length : node.name.length;
    input.current?.setSelectionRange(0, end);
  }, [node.name, node.kind]);
  const problem = nameProblem(name, new Set());
  const toast = useToast();
  const sayProblem = (): void => {
    if (problem !== undefined) toast({ text: t(`files.${problem}`), isProblem: true });
  };
  const finish = (keeps: boolean): void => {
    if (isOver.current) return;
    if (keeps) sayProblem();
    isOver.current = true;
    onDone(keeps && problem === undefined && name !== node.name ? name : undefined);
  };
  return (
    <input
      ref={input}
      className={cx(styles.rename)}
      aria-label={t('files.newName', { name: node.name })}
      aria-invalid={problem !== undefined}
      title={problem === undefined ? undefined : t(`files.${problem}`)}
      value={name}
      spellCheck={false}
      onChange={(event) => setName(event.target.value)}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter' && problem !== undefined) sayProblem();
        else if (event.key === 'Enter') finish(true);
        if (event.key === 'Escape') finish(false);
      }}
    />
  );
}
