import { mapBounded } from '../runtime/map-bounded.ts';
import { SITE_FILES_AT_ONCE } from './limits.ts';
import type { SiteFile, SiteStore } from './site-store.ts';

export interface PublishSiteDependencies {
  readonly store: SiteStore;
  readonly read: (file: SiteFile) => Promise<Uint8Array>;
}

/**
 * Puts the files of the web app where CloudFront finds them: pages after all that they name, so that at no moment a page names a file that is
 * not there yet. Files of earlier deployments stay, for pages that are open.
 */
export async function publishSite({ store, read }: PublishSiteDependencies, files: readonly SiteFile[]): Promise<void> {
  const put = async (file: SiteFile): Promise<void> => store.put(file, await read(file));
  const others = files.filter((file) => !isPage(file));
  await mapBounded(SITE_FILES_AT_ONCE, others, put);
  await mapBounded(SITE_FILES_AT_ONCE, files.filter(isPage), put);
}

function isPage({ path }: SiteFile): boolean {
  return path.endsWith('.html');
}
