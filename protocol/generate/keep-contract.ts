/** `npm run keep:contract`: keeps the contract of the present version, which later ones are compared with. Once for each version, when it is released. */
import { writeFileSync } from 'node:fs';
import { PROTOCOL_VERSION } from '../src/protocol-version.ts';
import { contractBreaks } from './contract-breaks.ts';
import { keptContractUrl, readKeptContract } from './kept-contracts.ts';
import { openapiDocument } from './openapi-document.ts';

const before = readKeptContract(PROTOCOL_VERSION - 1);
const breaks = before === undefined ? [] : contractBreaks(before, openapiDocument());
for (const broken of breaks) process.stderr.write(`${broken}\n`);
if (breaks.length > 0) {
  process.stderr.write(
    `Clients of version ${PROTOCOL_VERSION - 1} would be cut off. docs/UPGRADING.md says how to go on.\n`,
  );
  process.exitCode = 1;
} else {
  const url = keptContractUrl(PROTOCOL_VERSION);
  writeFileSync(url, `${JSON.stringify(openapiDocument())}\n`);
  process.stdout.write(`kept ${url.pathname}\n`);
}
