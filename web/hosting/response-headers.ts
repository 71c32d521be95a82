/** Origins beside its own that the app talks to. */
export interface PeerOrigins {
  /** Of signed URLs: where contents are sent to, and read from unless that is elsewhere. */
  readonly contents: string;
  /** Where they are read from; absent where that is the same place. */
  readonly downloads?: string | undefined;
  /** Where people sign in; absent where another issuer is configured. */
  readonly userPool?: string | undefined;
  /** Of the WebSocket. */
  readonly socket: string;
  /** Whether everything comes over TLS, which only a server on this machine does without. */
  readonly hasTls: boolean;
}

export type Headers = Readonly<Record<string, string>>;

/**
 * The headers that every page and file of the web app is served with, by whatever serves it; names in lowercase. Scripts and styles come
 * from files of the app alone, requests go to its own origin and to the peers alone, and nobody frames it.
 */
export function siteHeaders(peers: PeerOrigins): Headers {
  return {
    'content-security-policy': contentSecurityPolicy(peers),
    'permissions-policy': PERMISSIONS.map((name) => `${name}=()`).join(', '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...everywhere(peers),
  };
}

/**
 * The headers of whatever the API answers through the app's origin: also the content of a linked file, which must never run there as a page
 * or a script.
 */
export function apiHeaders(peers: Pick<PeerOrigins, 'hasTls'>): Headers {
  return {
    'content-security-policy':
      "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    ...everywhere(peers),
  };
}

/** How long caches may keep a file of the app: those below /assets/ have a hash of their content in their names. */
export function cacheControl(path: string): string {
  return path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** The type of a file of the app, by the end of its name. */
export function contentType(path: string): string {
  return TYPES[path.slice(path.lastIndexOf('.'))] ?? 'application/octet-stream';
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** What the app never asks a browser for. */
const PERMISSIONS = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
];

function contentSecurityPolicy({ contents, downloads, userPool, socket, hasTls }: PeerOrigins): string {
  const named = [contents, downloads, userPool, socket].filter((peer) => peer !== undefined);
  const peers = [...new Set(named)];
  const directives: readonly (readonly [string, ...string[]])[] = [
    ['default-src', "'none'"],
    // The chunker's kernel is WebAssembly. That word allows it, and no eval.
    ['script-src', "'self'", "'wasm-unsafe-eval'"],
    ['worker-src', "'self'"],
    ['style-src', "'self'"],
    ['font-src', "'self'"],
    ['img-src', "'self'", 'blob:', 'data:'],
    ['media-src', "'self'", 'blob:'],
    ['connect-src', "'self'", ...peers],
    ['manifest-src', "'self'"],
    // Previews stand in sandboxed frames of the same origin.
    ['frame-src', "'self'", 'blob:'],
    ['form-action', "'self'"],
    ['base-uri', "'none'"],
    ['frame-ancestors', "'none'"],
    ...(hasTls ? ([['upgrade-insecure-requests']] as const) : []),
  ];
  return directives.map((directive) => directive.join(' ')).join('; ');
}

function everywhere({ hasTls }: Pick<PeerOrigins, 'hasTls'>): Headers {
  return {
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(hasTls ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
  };
}
