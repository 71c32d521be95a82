/** The second half of `npm run keep:contract`: keeps what a client of the present version sends, and what it is answered. */
import { writeFileSync } from 'node:fs';
import { encodeUlid, opId, PROTOCOL_VERSION, routes } from '@syncline/protocol';
import { chunkOf, fileOf, textBytes } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { keptSessionUrl } from './kept-session.ts';
import { type Exchange, KEPT_DEVICE, playSession } from './play-session.ts';

const HOME = '{{0.homeNamespaceId}}';
const FOLDER = '{{4.results.0.node.nodeId}}';
const bytes = textBytes('kept for later versions');
const { namespaceId: _home, ...file } = fileOf(HOME as never, [bytes]);
const batch = (number: number) => opId(encodeUlid(new Uint8Array(16).fill(number)), 0);

const mkdir = { type: 'mkdir', opId: batch(1), namespaceId: HOME, parentId: HOME, name: 'plans' };
const rename = {
  type: 'move',
  opId: batch(2),
  namespaceId: HOME,
  nodeId: FOLDER,
  parentId: '{{4.results.0.node.parentId}}',
  name: 'older plans',
  baseRev: '{{4.results.0.node.placeRev}}',
};

type Sent = Omit<Exchange, 'routeKey'> & { readonly route: keyof typeof routes };
const session: readonly Sent[] = [
  { route: 'getAccount' },
  { route: 'registerDevice', body: { deviceId: KEPT_DEVICE, name: 'desk', platform: 'linux' } },
  { route: 'getConfiguration' },
  { route: 'getCursor' },
  { route: 'commit', body: { operations: [mkdir] } },
  { route: 'initiateUploads', body: { files: [{ ...file, namespaceId: HOME, chunks: [chunkOf(bytes)] }] } },
  { route: 'listChanges', query: { cursor: '{{3.cursor}}' } },
  { route: 'commit', body: { operations: [rename] } },
  { route: 'listTree', query: { namespaceId: HOME } },
  { route: 'getNode', parameters: { nodeId: FOLDER }, query: { namespaceId: HOME } },
  { route: 'listActivity', query: { namespaceId: HOME } },
  { route: 'createLink', body: { namespaceId: HOME, nodeId: FOLDER, role: 'view' } },
  { route: 'listLinks' },
  { route: 'listDevices' },
  { route: 'getUsage' },
  { route: 'openSocket', body: {} },
];

const exchanges = session.map((sent): Exchange => {
  const { method, path } = routes[sent.route];
  return { ...sent, routeKey: `${method} ${path}` };
});
const answers = await playSession(new InMemoryService(), exchanges);
const kept = exchanges.map((exchange, index) => ({ ...exchange, answer: answers[index] }));
writeFileSync(keptSessionUrl(PROTOCOL_VERSION), `${JSON.stringify(kept, undefined, 1)}\n`);
process.stdout.write(`kept a session of ${kept.length} requests\n`);
