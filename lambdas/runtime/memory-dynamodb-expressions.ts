import { assert } from '@syncline/protocol';
import type { AttributeValue, Item, Projection } from './dynamodb-api.ts';

/** What names and values in an expression stand for. */
export interface Expressions {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

/** Whether a condition, a filter or a condition on keys holds for a row, or for none. Source: Amazon DynamoDB Developer Guide, "Expressions". */
export function isTrue(expression: string, given: Expressions, row: Item | undefined): boolean {
  const reader = new ExpressionReader(expression, given, row);
  const holds = reader.disjunction();
  assert(reader.peek() === undefined, `an expression was not read to its end: ${expression}`);
  return holds;
}

/** The row after an update. */
export function applyUpdate(update: Expressions & { readonly UpdateExpression: string }, row: Item): Item {
  const reader = new ExpressionReader(update.UpdateExpression, update, row);
  const after: Record<string, AttributeValue> = { ...row };
  for (let section = reader.next(); section !== undefined; section = reader.next()) {
    do changeOne(reader, section, after);
    while (reader.skip(','));
  }
  return after;
}

/** What a projection leaves of a row: attributes, and members of maps by `map.member`. */
export function projected(row: Item, { ProjectionExpression: projection, ExpressionAttributeNames }: Projection): Item {
  if (projection === undefined) return row;
  const left: Record<string, AttributeValue> = {};
  for (const path of projection.split(',')) {
    const [name = '', member] = path.split('.').map((part) => ExpressionAttributeNames?.[part.trim()] ?? part.trim());
    const value = row[name];
    const inner = member === undefined ? undefined : value?.M?.[member];
    if (member === undefined && value !== undefined) left[name] = value;
    if (member !== undefined && inner !== undefined) left[name] = { M: { ...left[name]?.M, [member]: inner } };
  }
  return left;
}

/** The order of attributes of one type: numbers by value, texts by their bytes in UTF-8. */
export function compareAttributes(left: AttributeValue, right: AttributeValue): number {
  if (left.N !== undefined && right.N !== undefined) return Number(left.N) - Number(right.N);
  return Buffer.compare(Buffer.from(left.S ?? left.B ?? ''), Buffer.from(right.S ?? right.B ?? ''));
}

function changeOne(reader: ExpressionReader, section: string, after: Record<string, AttributeValue>): void {
  const name = reader.name();
  switch (section) {
    case 'SET': {
      reader.expect('=');
      const value = reader.sum();
      assert(value !== undefined, 'a value that is set exists');
      after[name] = value;
      return;
    }
    case 'REMOVE':
      Reflect.deleteProperty(after, name);
      return;
    case 'ADD':
      after[name] = { N: String(Number(after[name]?.N ?? 0) + Number(reader.operand()?.N)) };
      return;
    default:
      assert(false, `no adapter writes ${section} in an update`);
  }
}

/** Reads an expression from left to right, and says what it comes to for one row. */
class ExpressionReader {
  readonly #tokens: readonly string[];
  readonly #given: Expressions;
  readonly #row: Item | undefined;
  #at = 0;

  constructor(expression: string, given: Expressions, row: Item | undefined) {
    this.#tokens = expression.match(/<>|<=|>=|[=<>(),+-]|[:#]?\w+/g) ?? [];
    this.#given = given;
    this.#row = row;
  }

  peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  next(): string | undefined {
    return this.#tokens[this.#at++];
  }

  skip(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  expect(token: string): void {
    assert(this.skip(token), `an expression has ${token} where ${this.peek()} stands`);
  }

  disjunction(): boolean {
    let holds = this.#conjunction();
    while (this.skip('OR')) holds = this.#conjunction() || holds;
    return holds;
  }

  /** The attribute that is named. */
  name(): string {
    const token = this.next() ?? '';
    return this.#given.ExpressionAttributeNames?.[token] ?? token;
  }

  operand(): AttributeValue | undefined {
    const token = this.peek() ?? '';
    if (token.startsWith(':')) {
      this.next();
      const value = this.#given.ExpressionAttributeValues?.[token];
      assert(value !== undefined, `an expression has a value for ${token}`);
      return value;
    }
    if (token === 'if_not_exists') {
      this.next();
      this.expect('(');
      const present = this.operand();
      this.expect(',');
      const otherwise = this.operand();
      this.expect(')');
      return present ?? otherwise;
    }
    const name = this.name();
    return this.#row?.[name];
  }

  sum(): AttributeValue | undefined {
    const left = this.operand();
    const sign = this.skip('+') ? 1 : this.skip('-') ? -1 : 0;
    return sign === 0 ? left : { N: String(Number(left?.N) + sign * Number(this.operand()?.N)) };
  }

  #conjunction(): boolean {
    let holds = this.#negation();
    while (this.skip('AND')) holds = this.#negation() && holds;
    return holds;
  }

  #negation(): boolean {
    if (this.skip('NOT')) return !this.#negation();
    if (this.skip('(')) {
      const holds = this.disjunction();
      this.expect(')');
      return holds;
    }
    switch (this.peek()) {
      case 'attribute_exists':
        return this.#call()[0] !== undefined;
      case 'attribute_not_exists':
        return this.#call()[0] === undefined;
      case 'begins_with': {
        const [text, prefix] = this.#call();
        return text?.S?.startsWith(prefix?.S ?? '') === true;
      }
      default:
        return this.#comparison();
    }
  }

  #call(): readonly (AttributeValue | undefined)[] {
    this.next();
    this.expect('(');
    const operands = [this.operand()];
    while (this.skip(',')) operands.push(this.operand());
    this.expect(')');
    return operands;
  }

  #comparison(): boolean {
    const left = this.operand();
    const sign = this.next();
    if (sign === 'BETWEEN') {
      const low = this.operand();
      this.expect('AND');
      const high = this.operand();
      return isOrdered(low, '<=', left) && isOrdered(left, '<=', high);
    }
    if (sign === 'IN') {
      this.#at -= 1;
      return this.#call().some((right) => isOrdered(left, '=', right));
    }
    return isOrdered(left, sign, this.operand());
  }
}

/** Of what is not there only an inequality is true. */
function isOrdered(
  left: AttributeValue | undefined,
  sign: string | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (sign === '<>') return !isOrdered(left, '=', right);
  if (left === undefined || right === undefined) return false;
  if (sign === '=') return JSON.stringify(left) === JSON.stringify(right);
  const order = compareAttributes(left, right);
  switch (sign) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      assert(false, `no adapter compares by ${sign}`);
  }
}
