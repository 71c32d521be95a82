/**
 * `npm run kotlin`: makes a client in Kotlin from docs/openapi.json, in dist/kotlin or a folder that is named as the argument, and compiles it. Needs
 * Java 17 and Maven, which fetch the generator and the compiler. No part of the tests: it takes minutes, and a network.
 */
import { join, resolve } from 'node:path';
import { generateClient, runTool } from './generate-client.ts';

const POM = join(import.meta.dirname, 'kotlin-client.pom.xml');

const out = resolve(process.argv[2] ?? join(import.meta.dirname, '..', '..', 'dist', 'kotlin'));
const names = ['packageName=syncline.client', 'serializationLibrary=kotlinx_serialization', 'dateLibrary=string'];
const kind = ['-g', 'kotlin', '--library', 'jvm-okhttp4', '--additional-properties', names.join(',')];
// Each enumeration of Kotlin has a `name` of its own already.
const client = generateClient(out, [...kind, '--enum-name-mappings', 'name=byName']);
const sources = join(client, 'src', 'main', 'kotlin');
const target = join(out, 'classes');
runTool('mvn', ['-q', '-B', '-f', POM, 'compile', `-Dsources=${sources}`, `-Dtarget=${target}`]);
process.stdout.write(`compiled ${sources}\n`);
