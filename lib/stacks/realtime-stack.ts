import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { socketEndpoint, socketStageName, socketUrl } from '../addresses.ts';
import type { DeploymentConfig } from '../config.ts';
import { answerPings } from '../constructs/answer-pings.ts';
import { ApiFunction } from '../constructs/api-function.ts';
import { ChangeFeed } from '../constructs/change-feed.ts';
import { Expiry } from '../constructs/expiry.ts';
import { Scrub } from '../constructs/scrub.ts';
import { Sweep } from '../constructs/sweep.ts';
import { TaskQueue } from '../constructs/task-queue.ts';
import type { Deliveries, Identity, Search, Sockets, Storage } from '../resources.ts';
import { stackSettings } from '../stack-settings.ts';
import { taskQueues } from '../task-queues.ts';

export interface RealtimeStackProps {
  readonly config: DeploymentConfig;
  readonly storage: Storage;
  readonly identity: Identity;
  /** Undefined where search is off. */
  readonly search:
    | (Search & {
        readonly feed: (consumer: ApiFunction) => void;
        readonly feedContents: (consumer: ApiFunction) => void;
      })
    | undefined;
}

/** What operators want to see of it. */
export interface WatchedRealtime {
  readonly socketApiId: string;
  /** Who reads the stream of the journal. */
  readonly readers: { readonly notify: IFunction; readonly project: IFunction };
  readonly deadLetters: {
    readonly changeFeed: IQueue;
    readonly projectionFeed: IQueue;
    readonly pushes: IQueue;
    readonly deliveries: IQueue;
  };
}

/** Messages that all clients together may send in a second, and at once. Clients only ever ping. */
const SOCKET_MESSAGES_PER_SECOND_MAX = 500;
const SOCKET_MESSAGES_BURST_MAX = 1000;

/** A push is a hint, and after this long the poll of a client without a socket has overtaken it. */
const PUSH_AGE_MAX = Duration.minutes(5);
/** What a projection leaves is made good by the next entry of its namespace, or by the sweep. */
const PROJECTION_AGE_MAX = Duration.hours(6);

/** What follows the journal: a WebSocket API that only says "look again" with what says it, and the references of chunks. */
export class RealtimeStack extends Stack {
  readonly sockets: Sockets;
  readonly deliveries: Deliveries;
  readonly watched: WatchedRealtime;

  constructor(scope: Construct, id: string, props: RealtimeStackProps) {
    const { config, storage, search, identity } = props;
    super(scope, id, stackSettings(config, 'pushes to connected devices'));
    const api = new WebSocketApi(this, 'Sockets', { routeSelectionExpression: '$request.body.action' });
    new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: socketStageName,
      autoDeploy: true,
      throttle: { rateLimit: SOCKET_MESSAGES_PER_SECOND_MAX, burstLimit: SOCKET_MESSAGES_BURST_MAX },
    });
    this.sockets = {
      url: socketUrl(config, api.apiId),
      endpoint: socketEndpoint(config, api.apiId),
      connectionsArn: (method) => api.arnForExecuteApiV2(`${method}/@connections/*`, socketStageName),
    };
    const resources = { config, storage, identity, sockets: this.sockets, ...(search === undefined ? {} : { search }) };
    const socket = new ApiFunction(this, 'Socket', { functionName: 'socket', config, resources });
    addRoutes(api, socket, config);
    const enforceTls = config.stage !== 'local';
    const queue = new TaskQueue(this, 'Pushes', { enforceTls, settings: taskQueues.pushes });
    const pushing = { ...resources, pushes: queue.address };
    const notify = new ApiFunction(this, 'Notify', { functionName: 'notify', config, resources: pushing });
    queue.feed(new ApiFunction(this, 'FanOut', { functionName: 'fan-out', config, resources }));
    const feed = { changes: storage.tables.changes, enforceTls };
    const pushFeed = new ChangeFeed(this, 'ChangeFeed', { ...feed, consumer: notify, entryAgeMax: PUSH_AGE_MAX });
    const deliveryQueue = new TaskQueue(this, 'Deliveries', { enforceTls, settings: taskQueues.deliveries });
    this.deliveries = deliveryQueue.address;
    const following = { ...resources, deliveries: this.deliveries };
    deliveryQueue.feed(new ApiFunction(this, 'Deliver', { functionName: 'deliver', config, resources: following }));
    const project = new ApiFunction(this, 'Project', { functionName: 'project', config, resources: following });
    search?.feed(new ApiFunction(this, 'Index', { functionName: 'index', config, resources }));
    search?.feedContents(new ApiFunction(this, 'Extract', { functionName: 'extract', config, resources }));
    new Expiry(this, 'Expiry', { resources });
    const { deadLetters } = new ChangeFeed(this, 'ProjectionFeed', {
      ...feed,
      consumer: project,
      entryAgeMax: PROJECTION_AGE_MAX,
    });
    new Sweep(this, 'Sweep', { resources, deadLetters });
    new Scrub(this, 'Scrub', { resources });
    this.watched = {
      socketApiId: api.apiId,
      readers: { notify: notify.lambda, project: project.lambda },
      deadLetters: {
        changeFeed: pushFeed.deadLetters,
        projectionFeed: deadLetters,
        pushes: queue.deadLetters,
        deliveries: deliveryQueue.deadLetters,
      },
    };
    new CfnOutput(this, 'SocketUrl', { value: this.sockets.url });
  }
}

/**
 * One function serves all routes, but for pings where API Gateway answers them; a browser cannot send an access token here, so `$connect`
 * itself checks a ticket.
 */
function addRoutes(api: WebSocketApi, socket: ApiFunction, config: DeploymentConfig): void {
  const integration = new WebSocketLambdaIntegration('Socket', socket.lambda);
  const routeKeys = ['$connect', '$disconnect', ...(config.socketPings === 'function' ? ['ping'] : []), '$default'];
  for (const routeKey of routeKeys) {
    api.addRoute(routeKey, {
      integration,
      // The pong. The emulator answers with what the function returned anyway, and does not know this resource.
      returnResponse: routeKey === 'ping' && config.stage !== 'local',
    });
  }
  if (config.socketPings === 'gateway') answerPings(api);
}
