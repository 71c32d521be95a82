import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type DistributionProps, PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import type { EdgeDomain, EdgeOptions } from './edge-options.ts';

const PRICE_CLASSES = {
  all: PriceClass.PRICE_CLASS_ALL,
  '200': PriceClass.PRICE_CLASS_200,
  '100': PriceClass.PRICE_CLASS_100,
} as const;

/** From where a distribution answers. */
export function priceClass(edge: EdgeOptions): PriceClass {
  return PRICE_CLASSES[edge.priceClass];
}

/** The name of a distribution, with its certificate. */
export function edgeDomain(
  scope: Construct,
  { name, certificateArn }: EdgeDomain,
): Pick<DistributionProps, 'domainNames' | 'certificate'> {
  return { domainNames: [name], certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn) };
}
