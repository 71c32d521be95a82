import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { describeError } from './describe-error.ts';

/** What a custom resource is asked to be. */
export interface StackRequest {
  readonly kind: CloudFormationCustomResourceEvent['RequestType'];
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * Does what CloudFormation asks of a custom resource, and tells it what came of that; it waits for an hour for whoever says nothing. What
 * `task` answers are the attributes of the resource, which nobody is shown.
 * Source: AWS CloudFormation User Guide, "Custom resource request and response reference".
 */
export async function answerStack(
  event: CloudFormationCustomResourceEvent,
  task: (request: StackRequest) => Promise<Readonly<Record<string, string>>>,
  send: typeof fetch = fetch,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const known = 'PhysicalResourceId' in event ? event.PhysicalResourceId : `${LogicalResourceId}-1`;
  const whose = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: known };
  let answer: object;
  try {
    const data = await task({ kind: event.RequestType, properties: event.ResourceProperties });
    answer = { ...whose, Status: 'SUCCESS', NoEcho: true, Data: data };
  } catch (error) {
    const { name, message } = describeError(error);
    answer = { ...whose, Status: 'FAILED', Reason: `${name}: ${message}` };
  }
  const response = await send(event.ResponseURL, { method: 'PUT', body: JSON.stringify(answer) });
  if (!response.ok) throw new Error(`CloudFormation takes no answer: ${response.status}`);
}
