import { asyncapiDocument } from './asyncapi-document.ts';
import { openapiDocument } from './openapi-document.ts';

export interface GeneratedDocument {
  /** Its place in the repository. */
  readonly name: string;
  readonly make: () => unknown;
}

/** Every document that is made from the contract. */
export const documents: readonly GeneratedDocument[] = [
  { name: 'docs/openapi.json', make: openapiDocument },
  { name: 'docs/asyncapi.json', make: asyncapiDocument },
];

export function documentUrl({ name }: GeneratedDocument): URL {
  return new URL(`../../${name}`, import.meta.url);
}

/** The text of a document as it stands in its file. */
export function documentText({ make }: GeneratedDocument): string {
  return `${JSON.stringify(make(), null, 2)}\n`;
}
