import type { AccountId } from '@syncline/protocol';
import { openTables } from '../../admin/open-stage.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { ApiGatewaySocketPusher } from '../../lambdas/sockets/api-gateway-socket-pusher.ts';
import { DynamodbSocketStore } from '../../lambdas/sockets/dynamodb-socket-store.ts';

export interface SocketOwner {
  readonly outputs: { readonly endpoint: string; readonly region: string; readonly socketUrl: string };
  /** Where the outputs stand, for who opens a stage. */
  readonly outputsFile: string;
}

/** What ends all sockets of an account from the side of the service. Answers how many they were. */
export async function socketEnder({ outputs, outputsFile }: SocketOwner) {
  const tables = await openTables({ stage: 'local', outputsFile, environment: {} });
  const credentials = async () => ({ accessKeyId: 'test', secretAccessKey: 'test' });
  const pusher = new ApiGatewaySocketPusher({
    endpoint: outputs.socketUrl.replace(/^ws/, 'http'),
    connection: { endpoint: outputs.endpoint, region: outputs.region, credentials },
  });
  const sockets = new DynamodbSocketStore(tables);
  return async (accountId: AccountId): Promise<number> => {
    const connections = await sockets.listConnections(accountId, systemClock.now());
    await Promise.all(connections.map(({ connectionId }) => pusher.close(connectionId)));
    return connections.length;
  };
}
