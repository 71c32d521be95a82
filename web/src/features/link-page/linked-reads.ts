import { type ApiClient, UnavailableError } from '@syncline/client';
import { ADDRESS_MARGIN_MS } from '../../content/limits.ts';
import type { LinkVisit } from './create-link-visit.ts';
import { MANIFESTS_MAX } from './limits.ts';

type GetContent = ApiClient['getContent'];

/**
 * Reads manifests of linked files for the service worker, and remembers them for as long as their addresses are good: so that whoever looks at a file
 * uses up one download, however often the browser asks. Bounded by MANIFESTS_MAX.
 *
 * What is asked for another page of a link is none of this one's business.
 */
export function linkedReads(
  { namespaceId, getContent }: Pick<LinkVisit, 'namespaceId' | 'getContent'>,
  nowMs: () => number,
): { readonly getContent: GetContent } {
  const known = new Map<string, Promise<Awaited<ReturnType<GetContent>>>>();
  return {
    getContent: async (request) => {
      if (request.query.namespaceId !== namespaceId) throw new UnavailableError('this page shows another link');
      const key = `${request.parameters.nodeId} ${request.query.page ?? ''}`;
      const before = known.get(key);
      // Who finds nothing asks at once: what else is asked meanwhile finds that.
      const held = before === undefined ? undefined : await before.catch(() => undefined);
      if (held?.ok === true && Date.parse(held.value.expiresAt) - nowMs() > ADDRESS_MARGIN_MS) return held;
      const asked = getContent(request);
      known.delete(key);
      known.set(key, asked);
      for (const old of [...known.keys()].slice(0, -MANIFESTS_MAX)) known.delete(old);
      return asked;
    },
  };
}
