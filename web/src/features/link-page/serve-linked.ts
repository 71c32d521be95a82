import { systemClock } from '@syncline/client';
import { serveReads } from '../../content/serve-reads.ts';
import type { LinkVisit } from './create-link-visit.ts';
import { WORKER_WAIT_MS } from './limits.ts';
import { linkedReads } from './linked-reads.ts';

const WORKER = '/link-worker.js';
const served = new WeakMap<LinkVisit, Promise<boolean>>();

/**
 * Lets the linked files have addresses that this page can show: its service worker answers them, and asks the page. False where the browser has none,
 * such as in some private windows. Once for a page, however often it is called.
 */
export function serveLinked(visit: LinkVisit): Promise<boolean> {
  const isServed = served.get(visit) ?? serve(visit);
  served.set(visit, isServed);
  return isServed;
}

async function serve(visit: LinkVisit): Promise<boolean> {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  if (serviceWorker === undefined) return false;
  serveReads(linkedReads(visit, () => systemClock.now()));
  try {
    // Below links alone: the app's own service worker goes on with the pages of the app.
    await serviceWorker.register(WORKER, { type: 'module', scope: '/l/', updateViaCache: 'none' });
  } catch {
    // Refused by the browser's settings, or unreachable: the file can still be downloaded.
    return false;
  }
  return hasControl(serviceWorker);
}

/** It claims this page once it runs. */
async function hasControl(serviceWorker: ServiceWorkerContainer): Promise<boolean> {
  const isOurs = (): boolean =>
    new URL(serviceWorker.controller?.scriptURL ?? '/', location.origin).pathname === WORKER;
  const { promise: claimed, resolve } = Promise.withResolvers<void>();
  const hear = (): void => {
    if (isOurs()) resolve();
  };
  serviceWorker.addEventListener('controllerchange', hear);
  hear();
  await Promise.race([claimed, systemClock.sleep(WORKER_WAIT_MS)]);
  serviceWorker.removeEventListener('controllerchange', hear);
  return isOurs();
}
