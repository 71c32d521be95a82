/** Source: https://w3c.github.io/ServiceWorker/#dictdef-routerrule */
interface DirectRule {
  readonly condition: { readonly requestMethod: string } | { readonly urlPattern: string };
  readonly source: 'network';
}

/** A worker that is being installed. Not every browser has rules. */
export interface RuledInstall {
  addRoutes?: ((rules: readonly DirectRule[]) => Promise<void>) | undefined;
}

/**
 * Requests with which the service worker has nothing to do go to the network without it: it is not woken for them, and what an upload sends does
 * not pass through its memory. Without rules it lets the same requests go when it hears of them.
 */
const DIRECT: readonly DirectRule[] = [
  { condition: { requestMethod: 'PUT' }, source: 'network' },
  { condition: { urlPattern: '/v1/*' }, source: 'network' },
];

export async function addDirectRoutes(install: RuledInstall): Promise<void> {
  await install.addRoutes?.(DIRECT);
}
