/** `npm run reference`: writes the contract as one page of HTML, dist/reference/index.html, or into a folder that is named as the argument. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncapiDocument } from './asyncapi-document.ts';
import { openapiDocument } from './openapi-document.ts';
import { referencePage } from './reference-page.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '..', '..', 'dist', 'reference');
mkdirSync(folder, { recursive: true });
const file = join(folder, 'index.html');
writeFileSync(file, referencePage({ openapi: openapiDocument(), asyncapi: asyncapiDocument() }));
process.stdout.write(`wrote ${file}\n`);
