/** A file of the web app as it is to be handed out. */
export interface SiteFile {
  /** From the root of the site, with a slash in front. */
  readonly path: string;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Where CloudFront finds the web app. */
export interface SiteStore {
  /** Idempotent; replaces what is there. */
  put(file: SiteFile, bytes: Uint8Array): Promise<void>;
}
