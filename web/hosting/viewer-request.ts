/** What a request says, as far as it decides who answers it. */
export interface ViewerRequest {
  /** Without the query. */
  readonly path: string;
  readonly hasQuery: boolean;
  /** The header `Accept`; empty when there is none. */
  readonly accept: string;
}

export type ViewerRoute =
  | { readonly kind: 'api' }
  /** A file of the web app, by its path. */
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'redirect'; readonly location: string };

const LINK_IN_API = /^\/v1\/public\/([A-Za-z0-9_-]{43})(\/download)?$/;
const LINK_PAGE = /^\/l\/([A-Za-z0-9_-]{43})$/;

/**
 * Who answers a request to the origin of the web app. Files lie in the root, with a dot in the name, or below /assets/; every other path is a
 * place in the app, which finds its own way.
 *
 * The address of a link is one for people and for programs: a browser that goes there, to /l/TOKEN or to where the API answers for it, gets
 * the page of the link, and `curl -L` the file. What the page itself asks of the API comes with a query, or does not ask for a page.
 *
 * CloudFront runs this for each request, in a JavaScript without destructuring; it has no dependencies.
 */
export function routeRequest(request: ViewerRequest): ViewerRoute {
  const path = request.path;
  const isForPage = request.accept.includes('text/html');
  if (path.startsWith('/v1/')) {
    const linked = isForPage && !request.hasQuery ? LINK_IN_API.exec(path) : null;
    return linked === null ? { kind: 'api' } : { kind: 'redirect', location: `/l/${linked[1]}` };
  }
  if (path.startsWith('/assets/') || /^\/[^/]+\.[^/]+$/.test(path)) return { kind: 'file', file: path };
  if (!path.startsWith('/l/')) return { kind: 'file', file: '/index.html' };
  const token = LINK_PAGE.exec(path);
  if (isForPage || token === null) return { kind: 'file', file: '/link.html' };
  return { kind: 'redirect', location: `/v1/public/${token[1]}/download` };
}
