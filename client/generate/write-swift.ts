/**
 * `npm run swift`: makes a client in Swift 6 from docs/openapi.json, in dist/swift or a folder that is named as the argument, and compiles it where there is
 * a Swift compiler. Needs Java 17 and Maven, which fetches the generator. No part of the tests: it takes a network.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { generateClient, runTool } from './generate-client.ts';

const out = resolve(process.argv[2] ?? join(import.meta.dirname, '..', '..', 'dist', 'swift'));
const names = ['projectName=SynclineClient', 'responseAs=AsyncAwait', 'useSPMFileStructure=true'];
const client = generateClient(out, ['-g', 'swift6', '--additional-properties', names.join(',')]);
if (spawnSync('swift', ['--version'], { stdio: 'ignore' }).error === undefined) {
  runTool('swift', ['build', '--package-path', client]);
  process.stdout.write(`compiled ${client}\n`);
} else {
  process.stdout.write(`wrote ${client}; there is no Swift compiler here, so it was not compiled\n`);
}
