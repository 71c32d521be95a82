import type { SearchIndex } from './search-index.ts';

/** The indices of a deployment: the one that serves, one that is being made beside it, and one that was just replaced. */
export interface IndexGenerations {
  list(): Promise<readonly IndexGeneration[]>;
  /** Makes an empty one, which nobody reads or writes but by `open`. Precondition: there is none of this name. */
  make(name: string): Promise<void>;
  /** Makes this one serve readers and writers instead of whatever did, at one moment; they see all that was applied to it. Idempotent. */
  serve(name: string): Promise<void>;
  /** Idempotent. Precondition: it does not serve. */
  remove(name: string): Promise<void>;
  /** One of them, whether it serves or not. */
  open(name: string): Pick<SearchIndex, 'apply' | 'describeTexts' | 'getTexts' | 'listBelow' | 'listUnread'>;
}

export interface IndexGeneration {
  readonly name: string;
  /** Of what is made of a node in it (INDEX_VERSION). */
  readonly definition: number;
  /** Grows from one to the next. */
  readonly number: number;
  readonly isServing: boolean;
}
