import type { ApiEvent } from './api-event.ts';
import type { LinkVisitor } from './caller.ts';

/**
 * Who sends a request with a link's token. All whose address is not told count as one. Behind CloudFront its own function says whose address it
 * was, since all requests come from CloudFront then; elsewhere anybody could say so, and nobody is believed.
 */
export function readVisitor(
  { headers, requestContext }: Pick<ApiEvent, 'headers' | 'requestContext'>,
  { isBehindEdge }: { readonly isBehindEdge: boolean },
): LinkVisitor {
  const viewer = isBehindEdge ? headers?.['x-viewer-address'] : undefined;
  const password = headers?.['x-link-password'];
  const range = headers?.['range'];
  const ifRange = headers?.['if-range'];
  return {
    address: viewer ?? requestContext.http?.sourceIp ?? 'unknown',
    ...(password === undefined || password === '' ? {} : { password }),
    ...(range === undefined ? {} : { range }),
    ...(ifRange === undefined ? {} : { ifRange }),
  };
}
