/** A content that is shown, wherever its file lies. */
export interface PreviewedContent {
  readonly name: string;
  readonly size: number;
  /** In the app, where the service worker of the page answers it. */
  readonly address: string;
}
