/**
 * `domain`: a domain of AWS, or OpenSearch itself. `serverless`: a collection, which scales to zero and takes less: no routing, no versions of a
 * writer, no refresh at somebody's wish, and shows what is written only after a while (docs/decisions/0153-a-collection-that-scales-to-zero.md).
 */
export type EngineKind = 'domain' | 'serverless';

/** What answers at an address. Source: Amazon OpenSearch Service Developer Guide, "Amazon OpenSearch Serverless". */
export function engineAt(endpoint: string): EngineKind {
  return /\.aoss\.[a-z0-9-]+\.amazonaws\.com$/.test(new URL(endpoint).hostname) ? 'serverless' : 'domain';
}

/** By which requests to it are signed: a collection is of a service of its own. Source: there, "Signing HTTP requests". */
export function signingNameOf(engine: EngineKind): 'es' | 'aoss' {
  return engine === 'serverless' ? 'aoss' : 'es';
}
