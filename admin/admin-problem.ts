/** What keeps a command from running, in words for whoever has called it. */
export class AdminProblem extends Error {
  override readonly name = 'AdminProblem';
  readonly remedy: string;

  constructor({ what, remedy }: { readonly what: string; readonly remedy: string }) {
    super(what);
    this.remedy = remedy;
  }
}
