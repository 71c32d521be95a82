import type { SearchHit } from '@syncline/protocol';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { cx } from '../../ui/cx.ts';
import { Icon } from '../../ui/icons/icon.tsx';
import { shownName } from '../../ui/shown-name.ts';
import { answerValue } from '../files/answer-value.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import { SUGGESTIONS_MAX, TYPING_PAUSE_MS } from './limits.ts';
import { MarkedText } from './marked-text.tsx';
import styles from './search-box.module.css';

/** Where one searches from every page. While typing, what is found is offered; Enter shows all of it. */
export function SearchBox() {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const id = useId();
  const [text, setText] = useState('');
  const [isOpen, setIsOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const hits = useSuggestions(text, isOpen);
  const go = (href: string): void => {
    setIsOpen(false);
    navigate(href);
  };
  const goTo = ({ node }: SearchHit): void => go(`/item/${node.namespaceId}/${node.nodeId}`);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') setIsOpen(false);
    if (step === undefined || hits.length === 0) return;
    event.preventDefault();
    setAt((old) => Math.max(-1, Math.min(hits.length - 1, old + step)));
  };
  const isShown = isOpen && hits.length > 0;
  return (
    <form
      role="search"
      className={styles.box}
      onSubmit={(event) => {
        event.preventDefault();
        const hit = isShown ? hits[at] : undefined;
        if (hit === undefined) go(`/search?q=${encodeURIComponent(text)}`);
        else goTo(hit);
      }}
    >
      <Icon name="search" />
      <input
        type="search"
        role="combobox"
        aria-label={t('search.placeholder')}
        aria-expanded={isShown}
        aria-controls={`${id}-hits`}
        aria-autocomplete="list"
        aria-activedescendant={isShown && at >= 0 ? `${id}-${at}` : undefined}
        placeholder={t('search.placeholder')}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setIsOpen(true);
          setAt(-1);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setIsOpen(false)}
      />
      <Suggestions id={id} hits={hits} at={at} text={text} isShown={isShown} onChoose={goTo} />
    </form>
  );
}

function Suggestions(props: {
  readonly id: string;
  readonly hits: readonly SearchHit[];
  readonly at: number;
  readonly text: string;
  readonly isShown: boolean;
  readonly onChoose: (hit: SearchHit) => void;
}) {
  const { t } = useTranslation();
  const { id, hits, at } = props;
  return (
    <div
      id={`${id}-hits`}
      role="listbox"
      aria-label={t('search.suggestions')}
      className={styles.hits}
      hidden={!props.isShown}
    >
      {hits.map((hit, index) => (
        <div
          key={hit.node.nodeId}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          className={cx(styles.hit, index === at && styles.active)}
          // The focus stays in the field, whose leaving would close the list before the press has ended.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => props.onChoose(hit)}
        >
          <KindIcon node={hit.node} />
          <span className={styles.name}>
            <MarkedText text={hit.node.name} query={props.text} />
          </span>
          <span className={styles.path}>{shownName(hit.path)}</span>
        </div>
      ))}
    </div>
  );
}

/** What is found for a text, a moment after it was typed. */
function useSuggestions(text: string, isOpen: boolean) {
  const api = useApi();
  const [asked, setAsked] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    timer.current = setTimeout(() => setAsked(text.trim()), TYPING_PAUSE_MS);
    return () => clearTimeout(timer.current);
  }, [text]);
  const { data } = useQuery({
    queryKey: ['suggestions', asked],
    enabled: isOpen && asked !== '',
    queryFn: async ({ signal }) =>
      answerValue(await api.search({ query: { q: asked, limit: String(SUGGESTIONS_MAX) }, signal })).hits,
    placeholderData: keepPreviousData,
  });
  return text.trim() === '' ? [] : (data ?? []);
}
