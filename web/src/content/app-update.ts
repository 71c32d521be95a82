import { UPDATE_LOOK_MS } from '../offline/limits.ts';
import { watchedValue } from '../session/watched-value.ts';
import type { ToServiceWorker } from './content-messages.ts';

/** Whether a newer version of the app is there, whole, and waits to be used. */
export const appUpdate = watchedValue(false);

let waiting: ServiceWorker | undefined;

/** Looks for newer versions for as long as the page is open, and tells when one can be used. */
export function watchForUpdates(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    // The first version of all waits for nothing.
    if (registration.waiting === null || navigator.serviceWorker.controller === null) return;
    waiting = registration.waiting;
    appUpdate.set(true);
  };
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look));
  // What cannot be had now is looked for the next time.
  setInterval(() => void registration.update().catch(() => undefined), UPDATE_LOOK_MS);
}

/**
 * Begins anew with the newer version, if no other page has the present one open; false otherwise. What waits is kept over it, and a page in
 * which something is written asks before it goes.
 */
export async function applyUpdate(): Promise<boolean> {
  const next = waiting;
  if (next === undefined) return false;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<boolean>((resolve) => {
    port1.addEventListener('message', ({ data }) => resolve(data === 'activated'), { once: true });
    port1.start();
  });
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  next.postMessage({ kind: 'activate' } satisfies ToServiceWorker, [port2]);
  return answer;
}
