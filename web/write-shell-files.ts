import type { Plugin } from 'vite';

const WORKER = 'service-worker.js';
/** Files of the app that no build has a part in. */
const PUBLIC = ['/favicon.svg', '/icon-192.png', '/icon-512.png', '/icon-maskable-512.png', '/manifest.webmanifest'];

/**
 * Writes into the service worker which files the app is made of, and a name of this build: so the browser takes every build for another service
 * worker, which keeps all of its files or is not installed. Names of files have a hash of what is in them, so all of them together name the build.
 */
export function writeShellFiles(): Plugin {
  return {
    name: 'syncline:shell-files',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== 'chunk') return;
      const names = Object.keys(bundle).filter((name) => !name.endsWith('.map') && isOfApp(name));
      const files = [...names.toSorted().map((name) => `/${name}`), ...PUBLIC];
      worker.code = worker.code
        .replaceAll('SHELL_BUILD', JSON.stringify(hashOf(files.join('\n'))))
        .replaceAll('SHELL_FILES', JSON.stringify(files));
    },
  };
}

function isOfApp(name: string): boolean {
  return name === 'index.html' || name.startsWith('assets/');
}

/** FNV-1a: tells builds apart, and protects nothing. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
