/** A request as CloudFront hands it to a function. Source: Amazon CloudFront Developer Guide, "CloudFront Functions event structure". */
export interface ContentEvent {
  readonly request: {
    readonly method: string;
    readonly uri: string;
    readonly querystring: Readonly<Record<string, ContentValue>>;
    readonly headers: Readonly<Record<string, ContentValue>>;
  };
}

interface ContentValue {
  readonly value: string;
  /** There when it was sent more than once. */
  readonly multiValue?: readonly unknown[];
}

export interface ContentRefusal {
  readonly statusCode: number;
  readonly statusDescription: string;
}

const CONTENT_PATH = /^\/(chunks|packs)\/[A-Za-z0-9_-]+\/[0-9a-f]{64}$/;
const RANGE = /^[0-9]{1,15}-[0-9]{1,15}$/;

/**
 * Lets CloudFront go on with a request for a chunk, or for exactly the range of a pack that was signed for it, and refuses every other. A request without
 * the header of its range is refused too, as S3 does: nothing depends on what CloudFront makes of a header that it was not sent, and the address, which
 * is what was signed, stays as it is, whether signatures are looked at before or after. `If-Range` would ask for the whole object.
 *
 * CloudFront runs this for each request, in a JavaScript without destructuring; it has no dependencies.
 */
export function guardContent(event: ContentEvent): ContentEvent['request'] | ContentRefusal {
  const request = event.request;
  const path = CONTENT_PATH.exec(request.uri);
  if (path === null) return { statusCode: 403, statusDescription: 'Forbidden' };
  // Asks what a page may ask, and gets no content.
  if (request.method === 'OPTIONS') return request;
  const signed = request.querystring['x-range'];
  if (signed === undefined && path[1] === 'chunks') return request;
  const range = request.headers['range'];
  const isAsSigned =
    signed !== undefined &&
    range !== undefined &&
    RANGE.test(signed.value) &&
    range.value === `bytes=${signed.value}` &&
    signed.multiValue === undefined &&
    range.multiValue === undefined &&
    request.headers['if-range'] === undefined;
  return isAsSigned ? request : { statusCode: 403, statusDescription: 'Forbidden' };
}
