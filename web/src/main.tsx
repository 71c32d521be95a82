import { assert } from '@syncline/protocol';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

const place = document.getElementById('root');
assert(place !== null, 'index.html has the place that the app is drawn into');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
