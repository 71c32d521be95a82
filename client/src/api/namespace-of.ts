/** The parts of a request that may say what it is about. */
interface Asked {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** Members of bodies that are lists of what each names its namespace. */
const LISTS = ['operations', 'files'] as const;

/** The one namespace that a request is about; undefined when it names none, or several. */
export function namespaceOf({ parameters, query, body }: Asked): string | undefined {
  const named = query?.['namespaceId'] ?? parameters?.['namespaceId'] ?? textOf(body);
  if (named !== undefined || typeof body !== 'object' || body === null) return named;
  const listed = LISTS.flatMap((name) => {
    const list: unknown = Reflect.get(body, name);
    return Array.isArray(list) ? list.map(textOf) : [];
  });
  const [first] = listed;
  return listed.every((one) => one === first) ? first : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const namespaceId: unknown = Reflect.get(value, 'namespaceId');
  return typeof namespaceId === 'string' ? namespaceId : undefined;
}
