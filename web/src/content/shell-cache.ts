/**
 * The app itself, kept for when there is no network: all files of one build or none. A build's name is in the name of its cache, so pages of two
 * builds never mix.
 */
export interface ShellCache {
  /** Fetches all files of the build. @throws when one cannot be had: then this build is not installed. */
  install(): Promise<void>;
  /** Removes those of other builds. */
  activate(): Promise<void>;
  match(request: Request): Promise<Response | undefined>;
}

const PREFIX = 'syncline-shell-';
const START = '/index.html';

export function createShellCache(build: string, files: readonly string[]): ShellCache {
  const name = PREFIX + build;
  return {
    async install() {
      const cache = await caches.open(name);
      await cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })));
    },
    async activate() {
      const names = await caches.keys();
      const others = names.filter((other) => other.startsWith(PREFIX) && other !== name);
      await Promise.all(others.map((other) => caches.delete(other)));
    },
    async match(request) {
      const cache = await caches.open(name);
      // Every page of the app is the same document.
      return cache.match(request.mode === 'navigate' ? START : request, { ignoreVary: true });
    },
  };
}
