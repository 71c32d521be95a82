import { watchForUpdates } from './app-update.ts';
import type { ToServiceWorker } from './content-messages.ts';

/**
 * Registers the service worker of this build. A newer one waits until this is the only page, so that a page never meets files of another build. False where the browser has none, such as in some private windows: then nothing is kept for offline.
 */
export async function registerServiceWorker(): Promise<boolean> {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  if (serviceWorker === undefined) return false;
  try {
    const isUpdate = serviceWorker.controller !== null;
    const registration = await serviceWorker.register('/service-worker.js', { type: 'module', updateViaCache: 'none' });
    // This page has only just begun: it may begin again with the files of the newer build.
    if (isUpdate && registration.waiting !== null)
      serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    registration.waiting?.postMessage({ kind: 'activate' } satisfies ToServiceWorker);
    watchForUpdates(registration);
    return true;
  } catch {
    // Refused by the browser's settings, or unreachable: the app works without it.
    return false;
  }
}

/** Forgets what is cached of contents: for when somebody signs out. */
export function forgetContents(): void {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  serviceWorker?.controller?.postMessage({ kind: 'forget' } satisfies ToServiceWorker);
}
