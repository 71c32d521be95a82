import type { ServerMessage } from '@syncline/protocol';
import { CfnIntegrationResponse, type WebSocketApi, type WebSocketIntegration } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketMockIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';

const PONG: ServerMessage = { type: 'pong' };
/** Which template is taken: the one of this name, whatever the message says. */
const EVERY = '$default';
const TAKE_EVERY = `\\${EVERY}`;

/**
 * Lets API Gateway answer pings by itself: no function runs, and nothing of the message is looked at. Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html
 */
export function answerPings(api: WebSocketApi): void {
  const route = api.addRoute('ping', {
    integration: new WebSocketMockIntegration('Pong', {
      requestTemplates: { [EVERY]: JSON.stringify({ statusCode: 200 }) },
      templateSelectionExpression: TAKE_EVERY,
    }),
    returnResponse: true,
  });
  const integration = route.node.findChild('Pong') as WebSocketIntegration;
  new CfnIntegrationResponse(route, 'PongBody', {
    apiId: api.apiId,
    integrationId: integration.integrationId,
    integrationResponseKey: EVERY,
    responseTemplates: { [EVERY]: JSON.stringify(PONG) },
    templateSelectionExpression: TAKE_EVERY,
  });
}
