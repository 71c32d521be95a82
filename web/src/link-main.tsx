import { assert, LinkToken } from '@syncline/protocol';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createLinkVisit } from './features/link-page/create-link-visit.ts';
import { LinkPage } from './features/link-page/link-page.tsx';
import { LinkTextsContext, readLinkTexts } from './features/link-page/link-texts.ts';
import { chooseLanguage } from './messages/languages.ts';

/** The page of a link: for whoever has its address, without an account, and without the app. */
const place = document.getElementById('root');
assert(place !== null, 'link.html has the place that the page is drawn into');
const language = chooseLanguage(navigator.languages);
const texts = await readLinkTexts(language);
document.documentElement.lang = language;
const token = LinkToken.safeParse(location.pathname.split('/')[2]);
createRoot(place).render(
  <StrictMode>
    <LinkTextsContext value={texts}>
      <LinkPage visit={token.success ? createLinkVisit(location.origin, token.data) : undefined} />
    </LinkTextsContext>
  </StrictMode>,
);
