import { assert, type DownloadResponse, ERRORS, type OperationError, type Problem } from '@syncline/protocol';
import type { ApiResult } from './api-event.ts';
import { RESPONSE_BYTES_MAX } from './limits.ts';

/** Answers are for one caller at one time; nothing on the way may keep, sniff or frame them. */
export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** 200 with the value as JSON. @throws InvariantError when it is larger than Lambda can answer. */
export function valueResult(value: unknown, requestId: string): ApiResult {
  const body = JSON.stringify(value);
  // A unit of a text is at most three bytes of UTF-8: those of most answers need not be counted.
  const fits = 3 * body.length <= RESPONSE_BYTES_MAX || Buffer.byteLength(body) <= RESPONSE_BYTES_MAX;
  assert(fits, 'an answer fits into a response: its operation has a limit');
  return {
    statusCode: 200,
    headers: { ...SAFE_HEADERS, 'content-type': 'application/json', 'x-request-id': requestId },
    body,
  };
}

/** 302 to where the bytes are, or the bytes themselves. @throws InvariantError when they are more than Lambda can answer. */
export function downloadResult(download: DownloadResponse, requestId: string): ApiResult {
  const headers = { ...SAFE_HEADERS, 'x-request-id': requestId };
  if (download.kind === 'elsewhere') {
    return { statusCode: 302, headers: { ...headers, location: download.url }, body: '' };
  }
  const body = Buffer.from(download.bytes).toString('base64');
  assert(body.length <= RESPONSE_BYTES_MAX, 'an answer fits into a response: its operation has a limit');
  return { statusCode: download.status, headers: { ...headers, ...download.headers }, body, isBase64Encoded: true };
}

/** The refusal as `application/problem+json`, with the status that the table of errors has for its code. */
export function problemResult(error: OperationError, requestId: string): ApiResult {
  const { status, remedy } = ERRORS[error.code];
  const problem: Problem = {
    type: 'about:blank',
    title: error.code.replaceAll('_', ' '),
    status,
    code: error.code,
    remedy,
    detail: error.detail,
    ...(error.details === undefined ? {} : { details: error.details }),
    requestId,
  };
  const retryAfter = error.details?.retryAfterSeconds;
  return {
    statusCode: status,
    headers: {
      ...SAFE_HEADERS,
      'content-type': 'application/problem+json',
      'x-request-id': requestId,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify(problem),
  };
}
