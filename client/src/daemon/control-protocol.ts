/**
 * The language of the control socket: one JSON document a line. A connection sends requests and gets one answer to each, in their order;
 * after `watch` it gets a status with every change and sends nothing more.
 *
 * The form of the envelope, and the requests `hello` and `stop`, stay the same for ever, so that any command can tell which daemon runs and
 * end it, whichever of the two is older. Everything else belongs to one CONTROL_VERSION.
 */
import * as z from 'zod/mini';
import type { ConflictChoice, ConflictOutcome } from '../engine/conflicts.ts';
import { DaemonStatus } from './daemon-status.ts';
import { PlainConflict } from './plain-conflict.ts';
import { PlainExplanation } from './plain-explanation.ts';
import { SOFTWARE_VERSION } from './software-version.ts';

/** Raised with every change of a request or an answer. */
export const CONTROL_VERSION = 1;

const FolderId = z.string().check(z.maxLength(64));
/** One folder, or all of them. */
const Target = { folderId: z.optional(FolderId) };

/** What can be asked, with what is answered. */
export const controlRequests = {
  hello: { input: z.strictObject({}), answer: z.object({ version: z.string(), pid: z.int() }) },
  stop: { input: z.strictObject({}), answer: z.object({ pid: z.int() }) },
  status: { input: z.strictObject({}), answer: DaemonStatus },
  watch: { input: z.strictObject({}), answer: DaemonStatus },
  /** Links, settings and sign-in are read again; answered when that is done. */
  reload: { input: z.strictObject({}), answer: DaemonStatus },
  pause: { input: z.strictObject(Target), answer: DaemonStatus },
  resume: { input: z.strictObject({ ...Target, acceptDeletes: z.boolean() }), answer: DaemonStatus },
  /** Starts a round; answered when it has ended. */
  'sync-now': { input: z.strictObject({ ...Target, acceptDeletes: z.boolean() }), answer: DaemonStatus },
  explain: {
    input: z.strictObject({ folderId: FolderId, path: z.string() }),
    answer: PlainExplanation,
  },
  conflicts: {
    input: z.strictObject(Target),
    answer: z.object({
      folders: z.array(
        z.object({
          folderId: z.string(),
          path: z.string(),
          /** The first of them; `conflictCount` counts all. */
          conflicts: z.array(PlainConflict),
          conflictCount: z.int(),
        }),
      ),
    }),
  },
  'settle-conflict': {
    input: z.strictObject({
      folderId: FolderId,
      conflictId: z.string(),
      choice: z.enum(['mine', 'theirs', 'both'] satisfies ConflictChoice[]),
    }),
    answer: z.object({
      outcome: z.enum(['settled', 'unknown', 'changed', 'name-taken', 'read-only'] satisfies ConflictOutcome[]),
    }),
  },
  /** Puts the state of a folder aside, so that it is found out again from the disk and the service. */
  rebuild: { input: z.strictObject({ folderId: FolderId }), answer: DaemonStatus },
} as const;

export type ControlRequestType = keyof typeof controlRequests;
export type ControlInput<T extends ControlRequestType> = z.infer<(typeof controlRequests)[T]['input']>;
export type ControlAnswer<T extends ControlRequestType> = z.infer<(typeof controlRequests)[T]['answer']>;
export type ControlRequest = {
  [T in ControlRequestType]: { readonly type: T; readonly input: ControlInput<T> };
}[ControlRequestType];

/** Requests that every version of the daemon understands from every version of the command line. */
const TIMELESS: ReadonlySet<string> = new Set<ControlRequestType>(['hello', 'stop']);

const RequestEnvelope = z.object({ control: z.int(), type: z.string(), input: z.unknown() });
const AnswerEnvelope = z.discriminatedUnion('ok', [
  z.object({ control: z.int(), ok: z.literal(true), value: z.unknown() }),
  z.object({
    control: z.int(),
    ok: z.literal(false),
    error: z.object({ code: z.string(), message: z.string(), remedy: z.optional(z.string()) }),
  }),
]);

/** Why the daemon did not do what it was asked to; nothing was changed. */
export interface ControlRefusal {
  readonly code: 'bad_request' | 'control_version' | 'unknown_folder' | 'not_syncing' | 'stopping' | 'internal';
  readonly message: string;
  readonly remedy?: string | undefined;
}

export type DecodedRequest =
  | { readonly kind: 'request'; readonly request: ControlRequest }
  | { readonly kind: 'refused'; readonly refusal: ControlRefusal };

/** Reads one line that somebody sent, whatever it is. */
export function decodeRequest(line: string): DecodedRequest {
  const envelope = z.safeParse(RequestEnvelope, parseJson(line));
  if (!envelope.success) return refused('bad_request', 'It is no request of Syncline.');
  const { control, type } = envelope.data;
  if (control !== CONTROL_VERSION && !TIMELESS.has(type)) {
    const message = `The Syncline that runs in the background is of version ${SOFTWARE_VERSION}, and this command of another one.`;
    return refused('control_version', message, RESTART);
  }
  if (!isRequestType(type)) return refused('bad_request', 'It asks for something that Syncline does not know.');
  const input = z.safeParse(controlRequests[type].input, envelope.data.input ?? {});
  if (!input.success) return refused('bad_request', `A request '${type}' cannot look like this.`);
  return { kind: 'request', request: { type, input: input.data } as ControlRequest };
}

export function encodeRequest<T extends ControlRequestType>(type: T, input: ControlInput<T>): string {
  return JSON.stringify({ control: CONTROL_VERSION, type, input });
}

export function encodeAnswer<T extends ControlRequestType>(value: ControlAnswer<T>): string {
  return JSON.stringify({ control: CONTROL_VERSION, ok: true, value });
}

export function encodeRefusal(error: ControlRefusal): string {
  return JSON.stringify({ control: CONTROL_VERSION, ok: false, error });
}

export type DecodedAnswer<T extends ControlRequestType> =
  | { readonly kind: 'answer'; readonly value: ControlAnswer<T> }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly remedy: string | undefined };

/** Reads one line that a daemon sent, of whichever version it is. */
export function decodeAnswer<T extends ControlRequestType>(type: T, line: string): DecodedAnswer<T> {
  const envelope = z.safeParse(AnswerEnvelope, parseJson(line));
  if (!envelope.success) return otherVersion();
  if (!envelope.data.ok) return { kind: 'refused', remedy: undefined, ...envelope.data.error };
  const value = z.safeParse(controlRequests[type].answer, envelope.data.value);
  return value.success ? { kind: 'answer', value: value.data as ControlAnswer<T> } : otherVersion();
}

const RESTART = 'Start it anew: `syncline stop`, then `syncline start`.';

function otherVersion() {
  const message = 'The Syncline that runs in the background answers in a form that this command does not know.';
  return { kind: 'refused', code: 'control_version', message, remedy: RESTART } as const;
}

function refused(code: ControlRefusal['code'], message: string, remedy?: string): DecodedRequest {
  return { kind: 'refused', refusal: { code, message, remedy } };
}

function isRequestType(type: string): type is ControlRequestType {
  return Object.hasOwn(controlRequests, type);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // What is not JSON fits no envelope.
    return undefined;
  }
}
