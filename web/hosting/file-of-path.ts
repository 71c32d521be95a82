/**
 * The file of the web app that answers a path. Files lie in the root, with a dot in the name, or below /assets/. Everything below /l/ is the
 * page of a link; every other path is a place in the app, which finds its own way.
 *
 * CloudFront runs this for each request, so it has no dependencies.
 */
export function fileOfPath(path: string): string {
  if (path.startsWith('/assets/') || /^\/[^/]+\.[^/]+$/.test(path)) return path;
  return path.startsWith('/l/') ? '/link.html' : '/index.html';
}
