const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';

/** Deployments at both ends of every option that adds resources, or changes how they are made. */
export const CHOICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'what comes by itself': { stage: 'prod' },
  'what comes by itself, to try it out': { stage: 'dev' },
  'all that there is': {
    stage: 'prod',
    search: 'domain',
    webDomain: 'files.example.com',
    webCertificate: CERTIFICATE,
    webAcl: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1234',
    webPriceClass: '100',
    contents: 'cloudfront',
    contentDomain: 'contents.example.net',
    contentCertificate: CERTIFICATE,
    allowedOrigins: 'https://app.example.com',
    dedupScope: 'account',
    encryptionKey: 'managed',
    socketPings: 'gateway',
    alarmEmail: 'ops@example.com',
    canary: 'on',
    rollout: 'gradual',
  },
  'a collection, and names of CloudFront': { stage: 'prod', search: 'serverless', contents: 'cloudfront' },
  'nothing that can be left out': {
    stage: 'prod',
    web: 'off',
    removal: 'by-hand',
    issuer: 'https://issuer.example.com',
    audience: 'syncline',
    watch: 'none',
  },
};
