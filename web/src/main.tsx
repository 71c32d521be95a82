import { assert } from '@syncline/protocol';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { registerServiceWorker } from './content/register-worker.ts';
import { startMessages } from './messages/translate.ts';
import { readPreferences, showTheme } from './session/preferences.ts';
import { createSession } from './session/session.ts';

const place = document.getElementById('root');
assert(place !== null, 'index.html has the place that the app is drawn into');
const { language, theme } = readPreferences();
showTheme(theme);
const session = createSession();
void session.start();
void registerServiceWorker();
await startMessages(language);
createRoot(place).render(
  <StrictMode>
    <App session={session} />
  </StrictMode>,
);
