import { createHash } from 'node:crypto';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { SECOND_MS, SIGNED_URL_MS } from '@syncline/protocol';
import { S3ObjectStore } from '../../lambdas/chunks/s3-object-store.ts';
import { processConnection } from '../../lambdas/runtime/aws-connection.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { SigningHash } from '../../test/support/signing-hash.ts';
import { S3ObjectStore as SdkObjectStore } from './sdk/s3-object-store.ts';

/** Started by presign-cost.bench.ts: signs PUTs by three signers in turns, and tells what each round took. */
const URLS = 1000;
const rounds = Number(process.argv[2]);

const objects = Array.from({ length: URLS }, (_, index) => {
  const sha256 = createHash('sha256').update(String(index)).digest('hex');
  return { key: `chunks/shared/${sha256}`, sha256, size: 4_194_304, writer: sha256.slice(0, 32) };
});
type SignedObject = (typeof objects)[number];

const clock = new MemoryClock();
const own = new S3ObjectStore({ bucket: 'bucket', clock });
const sdk = new SdkObjectStore({ bucket: 'bucket' });
const library = new SignatureV4({
  ...processConnection('S3'),
  service: 's3',
  sha256: SigningHash,
  uriEscapePath: false,
});

const signers: Readonly<Record<string, (object: SignedObject) => Promise<unknown>>> = {
  own: (object) => own.signPut(object),
  library: signByLibrary,
  sdk: (object) => sdk.signPut(object),
};
const took: Record<string, { readonly ms: number; readonly cpuMs: number }[]> = {};
for (let round = 0; round < rounds; round++) {
  for (const [name, sign] of Object.entries(signers)) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    // As an answer is made: all at once.
    await Promise.all(objects.map(sign));
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    took[name] = [...(took[name] ?? []), { ms, cpuMs: (user + system) / 1000 }];
  }
}
console.log(JSON.stringify({ took, same: await countSame() }));
process.exit(0);

/** Of how many objects our URL carries the library's signature and all that it signs. */
async function countSame(): Promise<number> {
  const pairs = await Promise.all(
    objects.map(async (object) => [new URL((await own.signPut(object)).url), await signByLibrary(object)] as const),
  );
  return pairs.filter(([url, { query = {} }]) => {
    return JSON.stringify(sorted(Object.fromEntries(url.searchParams))) === JSON.stringify(sorted(query));
  }).length;
}

function sorted(query: object): readonly (readonly [string, unknown])[] {
  return Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function signByLibrary({ key, sha256, size, writer }: SignedObject) {
  const headers = {
    'if-none-match': '*',
    'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
    'x-amz-sdk-checksum-algorithm': 'SHA256',
    'x-amz-meta-writer': writer,
    'content-length': String(size),
  };
  const host = 'bucket.s3.eu-west-1.amazonaws.com';
  const all = { host, ...headers, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' };
  return library.presign(new HttpRequest({ method: 'PUT', path: `/${key}`, headers: all }), {
    signingDate: new Date(clock.now()),
    expiresIn: SIGNED_URL_MS / SECOND_MS,
    unhoistableHeaders: new Set(Object.keys(headers)),
  });
}
