import { routeRequest } from './viewer-request.ts';

/** A request as CloudFront hands it to a function. Source: Amazon CloudFront Developer Guide, "CloudFront Functions event structure". */
export interface ViewerEvent {
  readonly viewer: { readonly ip: string };
  readonly request: {
    readonly method: string;
    uri: string;
    readonly querystring: Readonly<Record<string, unknown>>;
    readonly headers: Record<string, { readonly value: string }>;
  };
}

export interface ViewerRedirect {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: Readonly<Record<string, { readonly value: string }>>;
}

/** What CloudFront goes on with: the request, for a file of the app or with the viewer's address for the API, or an answer. */
export function answerViewer(event: ViewerEvent): ViewerEvent['request'] | ViewerRedirect {
  const request = event.request;
  const accept = request.headers['accept'];
  const route = routeRequest({
    path: request.uri,
    hasQuery: Object.keys(request.querystring).length > 0,
    accept: accept === undefined ? '' : accept.value,
  });
  if (route.kind === 'redirect') {
    return {
      statusCode: 302,
      statusDescription: 'Found',
      headers: { location: { value: route.location }, 'cache-control': { value: 'no-store' } },
    };
  }
  if (route.kind === 'file') request.uri = route.file;
  else request.headers['x-viewer-address'] = { value: event.viewer.ip };
  return request;
}
