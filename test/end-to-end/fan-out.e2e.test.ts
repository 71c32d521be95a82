import { expect, test } from '@jest/globals';
import { type NamespaceId, rootNodeId } from '@syncline/protocol';
import { NOTIFY_MEMBERS_DIRECT_MAX } from '../../lambdas/sockets/limits.ts';
import { type ApiDevice, newEmail, newOpId, openApiDevice, valueOf } from '../support/api-device.ts';
import { awsConnection } from '../support/aws-world.ts';
import { connectSocket, type HeardSocket } from '../support/heard-socket.ts';
import { queueRequests } from '../support/queue-requests.ts';
import { sharedStack } from '../support/shared-stack.ts';

/** Just too many to be told at once. */
const MEMBERS = NOTIFY_MEMBERS_DIRECT_MAX + 3;

async function makeFolder({ api }: ApiDevice, namespaceId: NamespaceId, name: string) {
  const place = { namespaceId, parentId: rootNodeId(namespaceId), name };
  const operation = { type: 'mkdir' as const, opId: newOpId(), ...place };
  const [result] = valueOf(await api.commit({ body: { operations: [operation] } })).results;
  if (result?.status !== 'committed') throw new Error('the folder is made');
  return result;
}

/** Listens until the journal has been said to have come so far. */
async function heardOf({ next }: HeardSocket, namespaceId: NamespaceId, seq: number): Promise<number> {
  for (;;) {
    const message = await next();
    if (message.type === 'changed' && message.namespaceId === namespaceId && message.seq >= seq) return message.seq;
  }
}

test('a commit into a folder with many members reaches every one of them, past a poisoned message in the queue', async () => {
  const { apiUrl } = sharedStack();
  const owner = await openApiDevice({ apiUrl, email: newEmail() });
  const { homeNamespaceId } = owner.account;
  const shared = await makeFolder(owner, homeNamespaceId, 'for everybody');
  const body = { namespaceId: homeNamespaceId, folderId: shared.node.nodeId };
  const { namespaceId } = valueOf(await owner.api.shareFolder({ body })).folder;
  const invited = await owner.api.invite({ parameters: { namespaceId }, body: { role: 'viewer' } });
  const { token } = valueOf(invited);
  const sockets: HeardSocket[] = [];
  for (let index = 1; index < MEMBERS; index++) {
    const member = await openApiDevice({ apiUrl, email: newEmail() });
    valueOf(await member.api.acceptInvitation({ body: { token } }));
    sockets.push(await connectSocket(valueOf(await member.api.openSocket({ body: {} })).url));
  }
  const ask = queueRequests(awsConnection());
  const { QueueUrls: urls } = await ask('ListQueues', {});
  const queueUrl = (urls as readonly string[]).find((url) => url.includes('PushesQueue'));
  expect(queueUrl).toBeDefined();
  await ask('SendMessage', { QueueUrl: queueUrl, MessageBody: 'this is no page' });

  const { seq } = await makeFolder(owner, namespaceId, 'inside');
  const heard = await Promise.all(sockets.map((socket) => heardOf(socket, namespaceId, seq)));
  expect(heard).toEqual(sockets.map(() => seq));
  for (const { socket } of sockets) socket.close();
});
