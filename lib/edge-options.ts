/** What an operator may choose of CloudFront. */
export interface EdgeOptions {
  /** ARN of a web ACL of AWS WAF for CloudFront, which is made in us-east-1. @default none */
  readonly webAclArn?: string;
  /** From where the app is handed out: everywhere, without the dearest places, or from North America and Europe alone. @default all */
  readonly priceClass: (typeof PRICE_CLASSES)[number];
  /** How CloudFront hands out chunks and packs. @default not at all: S3 does */
  readonly contents?: ContentOptions;
}

/** Chunks and packs behind a distribution of their own. */
export interface ContentOptions {
  /** Raised by one, it makes the next deployment sign with another key. @default 1 */
  readonly generation: number;
  /** In place of a name of CloudFront's. The DNS record is the operator's to make. @default none */
  readonly domain?: EdgeDomain;
}

/** A name, and the ARN of its certificate in Certificate Manager, which CloudFront takes from us-east-1. */
export interface EdgeDomain {
  readonly name: string;
  readonly certificateArn: string;
}

export const PRICE_CLASSES = ['all', '200', '100'] as const;
export const CONTENT_WAYS = ['bucket', 'cloudfront'] as const;

/** More rotations than anybody lives to see. */
const KEY_GENERATION_MAX = 10_000;

interface OptionReader {
  readonly mistakes: string[];
  text(key: string): string | undefined;
  choice<T extends string>(key: string, choices: readonly T[], otherwise: T): T;
}

/** Where these options are to hold. */
interface Place {
  readonly web: 'on' | 'off';
  readonly stage: string;
}

/** Reads `webAcl`, `webPriceClass`, `contents`, `contentKey`, `contentDomain` and `contentCertificate`. Mistakes are told to the reader. */
export function readEdgeOptions(reader: OptionReader, { web, stage }: Place): EdgeOptions {
  const priceClass = reader.choice('webPriceClass', PRICE_CLASSES, 'all');
  const contents = readContents(reader, stage);
  const options = { priceClass, ...(contents === undefined ? {} : { contents }) };
  const webAclArn = reader.text('webAcl');
  if (webAclArn === undefined) return options;
  if (web === 'off') reader.mistakes.push('webAcl belongs to web=on');
  if (!/^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/.test(webAclArn)) {
    reader.mistakes.push(`webAcl must be the ARN of a web ACL for CloudFront, in us-east-1, not "${webAclArn}"`);
  }
  return { ...options, webAclArn };
}

/** A name that CloudFront is to answer for, and its certificate: both or neither. */
export function readEdgeDomain(reader: OptionReader, nameKey: string, certificateKey: string): EdgeDomain | undefined {
  const name = reader.text(nameKey);
  const certificateArn = reader.text(certificateKey);
  if (name === undefined || certificateArn === undefined) return undefined;
  if (!/^([a-z0-9-]+\.)+[a-z]{2,}$/.test(name)) {
    reader.mistakes.push(`${nameKey} must be a name like files.example.com, not "${name}"`);
  }
  if (!/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/.+$/.test(certificateArn)) {
    reader.mistakes.push(`${certificateKey} must be the ARN of a certificate in us-east-1, not "${certificateArn}"`);
  }
  return { name, certificateArn };
}

function readContents(reader: OptionReader, stage: string): ContentOptions | undefined {
  const way = reader.choice('contents', CONTENT_WAYS, 'bucket');
  const generation = Number(reader.text('contentKey') ?? '1');
  if (!Number.isSafeInteger(generation) || generation < 1 || generation > KEY_GENERATION_MAX) {
    reader.mistakes.push(`contentKey must be a whole number from 1 to ${KEY_GENERATION_MAX}`);
  }
  const domain = readEdgeDomain(reader, 'contentDomain', 'contentCertificate');
  const isNamed = ['contentDomain', 'contentCertificate'].some((key) => reader.text(key) !== undefined);
  if (isNamed && (domain === undefined || way === 'bucket')) {
    reader.mistakes.push('contentDomain and contentCertificate belong together, and to contents=cloudfront');
  }
  if (way === 'bucket') return undefined;
  if (stage === 'local') reader.mistakes.push('contents=cloudfront is not for stage local, which has no CloudFront');
  return { generation, ...(domain === undefined ? {} : { domain }) };
}
