import { RemovalPolicy } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { Domain, EngineVersion, TLSSecurityPolicy } from 'aws-cdk-lib/aws-opensearchservice';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';

export interface SearchDomainProps {
  readonly config: DeploymentConfig;
}

/** One small node to try it out; in production three in as many zones, of which two may fail. */
const SIZES = {
  dev: { nodeType: 't3.small.search', nodes: 1, volumeGiB: 10 },
  prod: { nodeType: 'm7g.large.search', nodes: 3, volumeGiB: 100 },
} as const;

/**
 * An OpenSearch domain, encrypted at rest and on every way. It has no policy of its own, so it speaks to roles of this account alone, and what each
 * may ask stands in its role.
 * Everything in it can be made anew from the tables.
 */
export class SearchDomain extends Construct {
  readonly domain: Domain;

  constructor(scope: Construct, id: string, { config }: SearchDomainProps) {
    super(scope, id);
    const isProduction = config.stage === 'prod';
    const { nodeType, nodes, volumeGiB } = isProduction ? SIZES.prod : SIZES.dev;
    this.domain = new Domain(this, 'Domain', {
      version: EngineVersion.OPENSEARCH_2_19,
      capacity: {
        dataNodes: nodes,
        dataNodeInstanceType: nodeType,
        multiAzWithStandbyEnabled: false,
      },
      ...(isProduction ? { zoneAwareness: { enabled: true, availabilityZoneCount: nodes } } : {}),
      ebs: { volumeSize: volumeGiB, volumeType: EbsDeviceVolumeType.GP3 },
      encryptionAtRest: { enabled: true },
      nodeToNodeEncryption: true,
      enforceHttps: true,
      tlsSecurityPolicy: TLSSecurityPolicy.TLS_1_2_PFS,
      enableAutoSoftwareUpdate: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
