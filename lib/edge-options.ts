/** What an operator may choose of CloudFront. */
export interface EdgeOptions {
  /** ARN of a web ACL of AWS WAF for CloudFront, which is made in us-east-1. @default none */
  readonly webAclArn?: string;
  /** From where the app is handed out: everywhere, without the dearest places, or from North America and Europe alone. @default all */
  readonly priceClass: (typeof PRICE_CLASSES)[number];
}

export const PRICE_CLASSES = ['all', '200', '100'] as const;

interface OptionReader {
  readonly mistakes: string[];
  text(key: string): string | undefined;
  choice<T extends string>(key: string, choices: readonly T[], otherwise: T): T;
}

/** Reads `webAcl` and `webPriceClass`. Mistakes are told to the reader. */
export function readEdgeOptions(reader: OptionReader, web: 'on' | 'off'): EdgeOptions {
  const priceClass = reader.choice('webPriceClass', PRICE_CLASSES, 'all');
  const webAclArn = reader.text('webAcl');
  if (webAclArn === undefined) return { priceClass };
  if (web === 'off') reader.mistakes.push('webAcl belongs to web=on');
  if (!/^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/.test(webAclArn)) {
    reader.mistakes.push(`webAcl must be the ARN of a web ACL for CloudFront, in us-east-1, not "${webAclArn}"`);
  }
  return { priceClass, webAclArn };
}
