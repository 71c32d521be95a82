import { encodeUlid } from '@syncline/protocol';
import type { ApiEvent } from '../../lambdas/runtime/api-event.ts';
import { type DescribedRoute, resolve, type Schema } from './openapi-schema.ts';
import { SeededRandom } from './seeded-random.ts';

/** No log may have it: it stands in every text that a client makes up. */
export const MARK = 'canary';

/** Texts that nobody expects: what breaks lines, logs, parsers and paths. */
const ODD_TEXTS = [
  '',
  `${MARK}\r\n{"level":"ERROR"}`,
  `\u001b[31m${MARK}\u001b[0m`,
  `${MARK}\u0000`,
  `\u202e${MARK}`,
  `../../${MARK}`,
  '__proto__',
  'constructor',
  '\ud800',
  'a'.repeat(5000),
  '9'.repeat(400),
  `${'('.repeat(60)}${MARK}`,
  `${'A'.repeat(43)}.${'A'.repeat(22)}`,
] as const;
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  [],
  {},
  [[]],
  ...ODD_TEXTS,
];
/** Members that a list is given at most; beyond it a list is only longer. */
const MEMBERS_MAX = 4;
/** Of a hundred values, those that are made worse. */
const BROKEN_PERCENT = 6;

/** Values that answers have told, by the name under which they stood. */
export type KnownValues = ReadonlyMap<string, readonly unknown[]>;

/** Makes requests of the contract's form, some of them broken on purpose; always the same for a seed and what is known. */
export class RandomRequests {
  readonly #random: SeededRandom;
  readonly #known: KnownValues;
  readonly #isBroken: boolean;

  constructor(seed: string, known: KnownValues) {
    this.#random = new SeededRandom(seed);
    this.#known = known;
    this.#isBroken = this.below(2) === 0;
  }

  below(count: number): number {
    return Math.floor(this.#random.fraction() * count);
  }

  choose<T>(values: readonly T[]): T | undefined {
    return values[this.below(values.length)];
  }

  /** All of a request but who sends it. */
  request(route: DescribedRoute): Pick<ApiEvent, 'headers' | 'pathParameters' | 'queryStringParameters' | 'body'> {
    const texts = (place: 'path' | 'query' | 'header') =>
      Object.fromEntries(
        route.parameters
          .filter((parameter) => parameter.in === place && (parameter.required || this.below(2) === 0))
          .map(({ name, schema }): [string, string] => [name, String(this.#value(schema, name))]),
      );
    const extra = this.#isBroken && this.below(8) === 0 ? { unknown: MARK } : {};
    const headers = { ...texts('header'), ...this.#headers() };
    return {
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      pathParameters: texts('path'),
      queryStringParameters: { ...texts('query'), ...extra },
      ...this.#body(route),
    };
  }

  #headers(): Readonly<Record<string, string>> {
    if (!this.#isBroken) return {};
    const odd = this.choose(['x-request-id', 'range', 'if-range', 'x-link-password', 'x-forwarded-for', 'x-device-id']);
    return { [odd ?? 'range']: String(this.choose(ODD_TEXTS)) };
  }

  #body({ body }: DescribedRoute): Pick<ApiEvent, 'body' | 'isBase64Encoded'> {
    if (body === undefined) return this.#isBroken && this.below(10) === 0 ? { body: MARK } : {};
    const text = JSON.stringify(this.#value(body, ''));
    if (!this.#isBroken) return { body: text };
    switch (this.below(14)) {
      case 0:
        return {};
      case 1:
        return { body: text.slice(0, this.below(text.length)) };
      case 2:
        return { body: `${'['.repeat(500)}${']'.repeat(500)}` };
      case 3:
        return { body: text.replace('{', `{"__proto__":{"${MARK}":1},"${MARK}":1,`) };
      case 4:
        return { body: `${text}${' '.repeat(100)}${MARK}` };
      case 5:
        return {
          body: this.choose(['%%%', '====', Buffer.from([0xff, 0xfe, 0x1f, 0x8b]).toString('base64')]) ?? '',
          isBase64Encoded: true,
        };
      case 6:
        return { body: Buffer.from(text).toString('base64'), isBase64Encoded: true };
      default:
        return { body: text };
    }
  }

  #value(schema: Schema, name: string): unknown {
    if (this.#isBroken && this.below(100) < BROKEN_PERCENT) return this.choose(ODD_VALUES);
    const known = resolve(schema);
    const choice = this.choose(known.anyOf ?? known.oneOf ?? []);
    if (choice !== undefined) return this.#value(choice, name);
    if (known.const !== undefined) return known.const;
    if (known.enum !== undefined) return this.choose(known.enum);
    const told = this.#known.get(name) ?? [];
    if (told.length > 0 && this.below(8) > 0) return this.choose(told);
    switch (known.type) {
      case 'object':
        return this.#object(known);
      case 'array':
        return this.#list(known, name);
      case 'string':
        return this.#text(known);
      case 'boolean':
        return this.below(2) === 0;
      case 'null':
        return null;
      default:
        return this.#number(known);
    }
  }

  #object({ properties = {}, required = [] }: Schema): object {
    const asked = Object.entries(properties).filter(([name]) => required.includes(name) || this.below(3) === 0);
    const object = Object.fromEntries(asked.map(([name, schema]) => [name, this.#value(schema, name)]));
    return this.#isBroken && this.below(20) === 0 ? { ...object, [MARK]: 1 } : object;
  }

  #list({ items, prefixItems, minItems = 0, maxItems = MEMBERS_MAX }: Schema, name: string): readonly unknown[] {
    if (prefixItems !== undefined) return prefixItems.map((schema) => this.#value(schema, name));
    const most = Math.max(minItems, Math.min(maxItems, MEMBERS_MAX));
    const count = minItems + this.below(most - minItems + 1);
    const own = items === undefined || items === false ? {} : items;
    return Array.from({ length: count }, () => this.#value(own, name.replace(/s$/, '')));
  }

  #number({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema): number {
    const least = Math.max(minimum, -1);
    const few = [least, least + 1, least + 2, maximum, Math.min(maximum, 1024), this.below(100)];
    return Math.min(maximum, Math.max(minimum, this.choose(few) ?? least));
  }

  #text({ pattern = '', minLength = 0, maxLength = 80 }: Schema): string {
    switch (true) {
      case pattern.startsWith('^[0-7][0-9A-HJKMNP-TV-Z]{25}-'):
        return `${encodeUlid(this.#random.bytes(16))}-${this.below(200)}`;
      case pattern.startsWith('^[0-7][0-9A-HJKMNP-TV-Z]{25}'):
        return encodeUlid(this.#random.bytes(16));
      case pattern.startsWith('^[0-9a-f]{64}'):
        return Buffer.from(this.#random.bytes(32)).toString('hex');
      case pattern.startsWith('^[A-Za-z0-9_-]{43}'):
        return Buffer.from(this.#random.bytes(32)).toString('base64url');
      case pattern.includes('T(?:'):
        return new Date(Date.UTC(2026, 0, 1) + this.below(1e10)).toISOString();
      case pattern.includes('@'):
        return `${MARK}-${this.below(5)}@example.test`;
      case pattern.startsWith('^\\/'):
        return `/${MARK}/${this.below(3)}`;
      case pattern.includes('{1,16}'):
        return 'txt';
      default: {
        const text = `${MARK}${this.below(6)}`.padEnd(minLength, 'x');
        return text.slice(0, Math.max(minLength, Math.min(maxLength, text.length)));
      }
    }
  }
}
