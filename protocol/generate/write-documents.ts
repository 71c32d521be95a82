/** `npm run generate`: writes docs/openapi.json and docs/asyncapi.json from the contract. A test checks that they are current. */
import { writeFileSync } from 'node:fs';
import { documents, documentText, documentUrl } from './documents.ts';

for (const document of documents) {
  writeFileSync(documentUrl(document), documentText(document));
  process.stdout.write(`wrote ${document.name}\n`);
}
