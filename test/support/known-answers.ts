/** Values that are remembered under one name; the oldest are forgotten. */
const VALUES_MAX = 12;

/** What is told under one name and asked for by another. */
const ALIASES: Readonly<Record<string, string>> = {
  homeNamespaceId: 'namespaceId',
  ownUploadId: 'uploadId',
  ownersUploadId: 'uploadId',
  ownChunk: 'hash',
  fileId: 'nodeId',
  ownAccountId: 'accountId',
  otherAccountId: 'accountId',
};

/** Values that answers have told, by the name under which they stood, for whoever asks at random. */
export class KnownAnswers {
  readonly values = new Map<string, unknown[]>();

  /** Remembers all plain values within a value. */
  learn(value: unknown, name = ''): void {
    if (Array.isArray(value)) for (const one of value) this.learn(one, name.replace(/s$/, ''));
    else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) this.learn(one, key);
    } else if (typeof value === 'string' || typeof value === 'number') this.keep(ALIASES[name] ?? name, value);
  }

  /** Remembers one value as it is. */
  keep(name: string, value: unknown): void {
    this.values.set(name, [...(this.values.get(name) ?? []).slice(1 - VALUES_MAX), value]);
  }
}
