import { decodeValue, type FieldDefect, JSON_DEPTH_MAX, REQUEST_BYTES_MAX, type Route } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { ApiEvent } from './api-event.ts';
import { DEFECT_CHARS_MAX, DEFECTS_MAX, JSON_VALUES_MAX } from './limits.ts';
import { done, type Outcome, type Refused, refused } from './outcome.ts';
import { readJson } from './read-json.ts';

type Defect = z.infer<typeof FieldDefect>;

/** A request's parts, each as the route's schema makes it; a part that the route lacks is absent. */
export interface DecodedRequest {
  readonly parameters?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/**
 * Decodes a request by its route's schemas. All parts are looked at, so that one refusal names what is wrong in every one
 * of them; sizes and nesting are refused before anything is parsed.
 */
export function decodeRequest(route: Route, event: ApiEvent): Outcome<DecodedRequest> {
  const body = readBody(route, event);
  if (body.kind === 'refused') return body;
  const parts = [
    { name: 'parameters', schema: route.parameters, value: event.pathParameters ?? {} },
    { name: 'query', schema: route.query, value: event.queryStringParameters ?? {} },
    { name: 'body', schema: route.body, value: body.value },
  ] as const;
  const decoded: Record<string, unknown> = {};
  const defects: Defect[] = [];
  for (const part of parts) {
    if (part.schema === undefined) {
      if (part.name !== 'body') defects.push(...unexpected(part));
      continue;
    }
    const result = decodeValue(part.schema, part.value);
    if (result.success) decoded[part.name] = result.data;
    else defects.push(...result.error.issues.flatMap((issue) => defectsOf(part.name, issue)));
  }
  return defects.length === 0 ? done(decoded) : refusedFor(defects);
}

/** Refuses a request that is well-formed but does not hold together; every defect is named, up to DEFECTS_MAX. */
export function refusedFor(defects: readonly Defect[]): Refused {
  const fields = defects.slice(0, DEFECTS_MAX);
  const first = fields.map((field) => `${field.path}: ${field.message}`).slice(0, 3);
  const rest = defects.length > first.length ? ` (${defects.length} defects in all)` : '';
  return refused('invalid_request', `${first.join('; ')}${rest}`, { fields: [...fields] });
}

function readBody(route: Route, event: ApiEvent): Outcome<unknown> {
  const bytes = bodyBytes(event);
  if (bytes === undefined) return refused('invalid_request', 'the body is not valid base64');
  if (bytes.length > REQUEST_BYTES_MAX) return beyond('REQUEST_BYTES_MAX', REQUEST_BYTES_MAX, 'too_large');
  if (route.body === undefined) {
    return bytes.length === 0 ? done(undefined) : refused('invalid_request', 'this route takes no body');
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return refused('invalid_request', 'the body is not UTF-8');
  const json = readJson(text);
  switch (json.kind) {
    case 'read':
      return done(json.value);
    case 'malformed':
      return refused('invalid_request', 'the body is not JSON');
    case 'too-deep':
      return beyond('JSON_DEPTH_MAX', JSON_DEPTH_MAX, 'invalid_request');
    case 'too-many-values':
      return beyond('JSON_VALUES_MAX', JSON_VALUES_MAX, 'too_large');
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Undefined when the body says to be base64 and is not: Node would skip what it does not understand. */
function bodyBytes(event: ApiEvent): Uint8Array | undefined {
  const body = event.body ?? '';
  if (event.isBase64Encoded !== true) return Buffer.from(body, 'utf8');
  return BASE64.test(body) ? Buffer.from(body, 'base64') : undefined;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // The decoder has one failure, and the caller names it.
    return undefined;
  }
}

function beyond(limit: string, max: number, code: 'too_large' | 'invalid_request'): Refused {
  return refused(code, `the body is beyond ${limit}: at most ${max}`, { limit, max });
}

function unexpected(part: { readonly name: string; readonly value: object }): readonly Defect[] {
  return Object.keys(part.value).map((key) => ({ path: `${part.name}.${key}`, message: 'is not known' }));
}

function defectsOf(part: string, issue: z.core.$ZodIssue): readonly Defect[] {
  const path = [part, ...issue.path.map(String)].join('.').slice(0, DEFECT_CHARS_MAX);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: `${path}.${key}`.slice(0, DEFECT_CHARS_MAX), message: 'is not known' }));
  }
  return [{ path, message: describeIssue(issue).slice(0, DEFECT_CHARS_MAX) }];
}

/** zod/mini carries no texts of its own: a schema's own message counts, the rest is said here. */
function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.message !== 'Invalid input' && issue.message !== '') return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be of type ${issue.expected}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return `must have the format ${issue.format}`;
    case 'invalid_union':
      return 'fits none of the allowed forms';
    default:
      return 'is not valid';
  }
}
