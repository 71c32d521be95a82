import type { ApiEvent } from './api-event.ts';
import type { LinkVisitor } from './caller.ts';

/** Who sends a request with a link's token. All whose address is not told count as one. */
export function readVisitor({ headers, requestContext }: Pick<ApiEvent, 'headers' | 'requestContext'>): LinkVisitor {
  const password = headers?.['x-link-password'];
  const range = headers?.['range'];
  const ifRange = headers?.['if-range'];
  return {
    address: requestContext.http?.sourceIp ?? 'unknown',
    ...(password === undefined || password === '' ? {} : { password }),
    ...(range === undefined ? {} : { range }),
    ...(ifRange === undefined ? {} : { ifRange }),
  };
}
