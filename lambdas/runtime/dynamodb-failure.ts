import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { UnavailableError } from './unavailable-error.ts';

const PASSING = [
  InternalServerError,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionConflictException,
  TransactionInProgressException,
];

/** Answers what `call` answers. @throws UnavailableError when DynamoDB did not answer or refused for load. */
export async function askDynamodb<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (isPassing(error)) throw new UnavailableError('DynamoDB did not answer', { cause: error });
    throw error;
  }
}

/** False when the write's condition did not hold, and then nothing was written. @throws UnavailableError as `askDynamodb`. */
export async function isAccepted(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await askDynamodb(write);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/**
 * Whether the same call may succeed later. What no service answered is passing too: the SDK throws an exception of the
 * service for every answer, so anything else came from the network, which has spent its retries by then.
 */
function isPassing(error: unknown): boolean {
  if (error instanceof DynamoDBServiceException) {
    return PASSING.some((kind) => error instanceof kind) || (error.$metadata.httpStatusCode ?? 0) >= 500;
  }
  return isNetworkError(error);
}

/** The system's errors carry a `code` such as ECONNRESET; Node's own, for wrong use, begin with ERR_. The SDK's time-outs have a name. */
function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return error.name === 'TimeoutError' || (code !== '' && !code.startsWith('ERR_'));
}
