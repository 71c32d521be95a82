import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CONTROL_VERSION,
  type ControlRequest,
  controlRequests,
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRefusal,
  encodeRequest,
} from './control-protocol.ts';

const folderId = fc.string({ maxLength: 64 });
const target = fc.oneof(fc.record({ folderId }), fc.constant({}));
const accepting = fc.tuple(target, fc.boolean()).map(([chosen, acceptDeletes]) => ({ ...chosen, acceptDeletes }));
const request: fc.Arbitrary<ControlRequest> = fc.oneof(
  fc.record({ type: fc.constantFrom('hello', 'stop', 'status', 'watch', 'reload'), input: fc.constant({}) }),
  fc.record({ type: fc.constant('pause' as const), input: target }),
  fc.record({ type: fc.constantFrom('resume', 'sync-now'), input: accepting }),
  fc.record({ type: fc.constant('explain' as const), input: fc.record({ folderId, path: fc.string() }) }),
  fc.record({ type: fc.constant('rebuild' as const), input: fc.record({ folderId }) }),
);

/** The lines that this version sends, with one thing changed. */
const damaged = fc
  .tuple(request, fc.constantFrom('control', 'type', 'input'), fc.jsonValue())
  .map(([sent, key, junk]) => JSON.stringify({ control: CONTROL_VERSION, ...sent, [key]: junk }));

describe('a request', () => {
  test('is read as it was sent, on one line', () => {
    fc.assert(
      fc.property(request, ({ type, input }) => {
        const line = encodeRequest(type, input);
        expect(line).not.toContain('\n');
        expect(decodeRequest(line)).toEqual({ kind: 'request', request: { type, input } });
      }),
    );
  });

  test('that is anything else is refused in words, and never thrown at', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), damaged);
    fc.assert(
      fc.property(line, (text) => {
        const decoded = decodeRequest(text);
        if (decoded.kind === 'refused') expect(decoded.refusal.message).toMatch(/\.$/);
        else expect(Object.keys(controlRequests)).toContain(decoded.request.type);
      }),
    );
  });

  test.each([
    ['{}'],
    ['[]'],
    ['null'],
    [''],
    ['{"control":1,"type":"status","input":{"more":1}}'],
    ['{"control":1,"type":"pause","input":{"folderId":5}}'],
    ['{"control":1,"type":"resume","input":{}}'],
    ['{"control":1,"type":"toString","input":{}}'],
    [`{"control":1,"type":"pause","input":{"folderId":"${'x'.repeat(65)}"}}`],
  ])('%s is a bad one', (line) => {
    expect(decodeRequest(line)).toMatchObject({ kind: 'refused', refusal: { code: 'bad_request' } });
  });

  test('of another version is told to start anew, but can always ask who runs and end it', () => {
    const of = (type: string) => JSON.stringify({ control: CONTROL_VERSION + 1, type, input: {} });
    expect(decodeRequest(of('status'))).toMatchObject({
      kind: 'refused',
      refusal: { code: 'control_version', remedy: expect.stringContaining('syncline stop') },
    });
    expect(decodeRequest(of('what-will-be-made-in-ten-years'))).toMatchObject({ refusal: { code: 'control_version' } });
    expect(decodeRequest(of('hello'))).toMatchObject({ kind: 'request' });
    expect(decodeRequest(of('stop'))).toMatchObject({ kind: 'request' });
  });
});

describe('an answer', () => {
  test('is read as it was sent, and so is a refusal', () => {
    expect(decodeAnswer('hello', encodeAnswer<'hello'>({ version: '1.2.3', pid: 7 }))).toEqual({
      kind: 'answer',
      value: { version: '1.2.3', pid: 7 },
    });
    const refusal = { code: 'unknown_folder', message: 'No.', remedy: 'Look.' } as const;
    expect(decodeAnswer('status', encodeRefusal(refusal))).toEqual({ kind: 'refused', ...refusal });
  });

  test('of a newer daemon that refuses this version is shown in its own words', () => {
    const line = JSON.stringify({
      control: 99,
      ok: false,
      error: { code: 'new_code', message: 'Too old.', more: [1] },
    });
    expect(decodeAnswer('status', line)).toMatchObject({ kind: 'refused', code: 'new_code', message: 'Too old.' });
  });

  test('that cannot be understood is a daemon of another version, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant('{"control":2,"ok":true,"value":{}}')), (line) => {
        expect(decodeAnswer('status', line)).toMatchObject({ kind: 'refused', code: 'control_version' });
      }),
    );
  });
});
