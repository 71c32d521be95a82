/** A finding of cdk-nag that stays, and why. */
export interface Acknowledgement {
  /** Names of rules; of one that finds several things in a resource, with what it found. */
  readonly rule: RegExp;
  /** Resources, by the path of their construct without the stage. */
  readonly where: RegExp;
  readonly reason: string;
}

/** All findings of the packs AwsSolutions and Serverless that are not mended. Each is used, and nothing else is found: nag.test.ts. */
export const ACKNOWLEDGEMENTS: readonly Acknowledgement[] = [
  {
    rule: /^AwsSolutions-S1$/,
    where: /^(Storage\/Chunks|Web\/Site)\/Bucket\//,
    reason:
      'A log of requests to the bucket would have the signatures of URLs in it. Who runs a deployment has CloudTrail for what was done to objects.',
  },
  {
    rule: /^AwsSolutions-SMG4$/,
    where: /^Storage\/KeySecret\//,
    reason:
      'Another value ends every cursor, challenge and open upload at once, and all stacks have to follow: it is changed by a person (docs/security.md, "Secrets").',
  },
  {
    rule: /^AwsSolutions-SMG4$/,
    where: /^Canary\/Canary\/Account\//,
    reason:
      'It opens an account with a file of a few bytes in it, and is changed by a person, who has to set it in the user pool as well (docs/OPERATING.md, "The canary").',
  },
  {
    rule: /^AwsSolutions-CFR1$/,
    where: /\/Distribution\/Resource$/,
    reason: 'People travel. Where a deployment may be used from is for its operator to say, in the web ACL.',
  },
  {
    rule: /^AwsSolutions-CFR2$/,
    where: /^(Web|Storage\/Contents)\/Distribution\/Resource$/,
    reason:
      'A firewall has a price by the month, and is for the operator to make: -c webAcl=. In front of contents there is none: every request carries a signature, and a limit by address would end a sync.',
  },
  {
    rule: /^AwsSolutions-CFR3$/,
    where: /\/Distribution\/Resource$/,
    reason:
      'Addresses of requests hold tokens of links and signatures of contents. What is asked of the API is in its own log, without them.',
  },
  {
    rule: /^AwsSolutions-CFR4$/,
    where: /\/Distribution\/Resource$/,
    reason:
      'The certificate of a name that CloudFront gives comes with its own policy for TLS. With another name it is TLSv1.2_2021.',
  },
  {
    rule: /^AwsSolutions-COG1$/,
    where: /^Identity\/UserPool\//,
    reason:
      'Ten characters, of which kinds people do not choose in a way that helps: NIST SP 800-63B, section 3.1.1.2.',
  },
  {
    rule: /^AwsSolutions-COG2$/,
    where: /^Identity\/UserPool\//,
    reason:
      'A second factor is offered. Asking for it would lock out whoever has none; -c issuer= takes a directory that does.',
  },
  {
    rule: /^AwsSolutions-COG8$/,
    where: /^Identity\/UserPool\//,
    reason:
      'The plan Plus costs a third more for each person, and its threat protection is no part of what is promised.',
  },
  {
    rule: /^AwsSolutions-OS(1|3)$/,
    where: /^Search\/Search\/Domain\//,
    reason:
      'Functions in a VPC would need NAT or endpoints by the hour. Requests are signed, and the roles of single functions alone may send them, each on its own paths.',
  },
  {
    rule: /^AwsSolutions-OS4$/,
    where: /^Search\/Search\/Domain\//,
    reason: 'Three data nodes elect among themselves; everything in the index can be made anew from the tables.',
  },
  {
    rule: /^AwsSolutions-OS5$/,
    where: /^Search\/Search\/Domain\//,
    reason:
      'The domain has no policy of its own, so that nothing but a signed request of a role of this account is answered.',
  },
  {
    rule: /^AwsSolutions-OS9\[/,
    where: /^Search\/Search\/Domain\//,
    reason: 'Slow queries would be logged with the words that people look for.',
  },
  {
    rule: /^AwsSolutions-APIG4$/,
    where: /^Realtime\/Sockets\//,
    reason:
      'A socket is opened by a ticket that is used up in the function; later messages carry nothing, and are refused.',
  },
  {
    rule: /^AwsSolutions-APIG4$/,
    where: /^Api\/Http\/(GET|POST)--v1--(configuration|public--)/,
    reason: 'The address where to sign in, and links, whose token the function looks at.',
  },
  {
    rule: /^(AwsSolutions-APIG1|Serverless-APIGWAccessLogging)$/,
    where: /^Realtime\/Stage\//,
    reason:
      'The address of a connection holds its ticket, and the log would need a role for the whole account. The function logs each connection.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::<ChunksBucket\w+\.Arn>\/(chunks|packs|manifests)\/\*\]$/,
    where: /\/Role\/Resource$/,
    reason: 'Objects of one kind: their keys are hashes that nobody knows before.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:.*<Sockets\w+>\/v1\/(POST|DELETE)\/@connections\/\*\]$/,
    where: /^(Realtime|Api)\/.*\/Role\/Resource$/,
    reason: 'Connections have no names before they are there. The method is named.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::<DataChanges\w+\.Arn>\/stream\/\*\]$/,
    where: /^Realtime\/(Notify|Project)\/Role\/Resource$/,
    reason: 'Lambda lists the streams of one table, and reads the one that is named.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::<SearchDomain\w+\.Arn>\/syncline-nodes-\*\]$/,
    where: /^Realtime\/Index\/Role\/Resource$/,
    reason: 'Indexes of one alias, each with its number.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::<SiteBucket\w+\.Arn>\/\*\]$/,
    where: /^Web\/Site\/Publisher\/Role\/Resource$/,
    reason: 'The whole web app, in a bucket that has nothing else.',
  },
  {
    rule: /^(AwsSolutions-SQS3|Serverless-SQSRedrivePolicy)$/,
    where: /\/DeadLetters\/Resource$/,
    reason: 'They are where letters that cannot be delivered are put: of a stream, or of a queue.',
  },
  {
    rule: /^Serverless-LambdaDLQ$/,
    where: /\/Function\/Resource$/,
    reason:
      'Routes are answered while the caller waits, and feeds and queues have dead letters of their own. What is called every hour goes on an hour later, and an alarm tells when it did not.',
  },
  {
    rule: /^Serverless-LambdaTracing$/,
    where: /\/Function\/Resource$/,
    reason:
      'Traces are lines of our own logs, with the id of the request, from the client to the index: docs/OPERATING.md.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    where: /^Api\/Rollout\/Role\//,
    reason: 'To look at an alarm is a right over all of them: AWS has none for one.',
  },
  {
    rule: /^Serverless-LambdaEventSourceMappingDestination$/,
    where: /^Realtime\/(FanOut|Index|Extract|Deliver)\/Function\//,
    reason: 'A queue has its own dead letters; a destination is for streams.',
  },
  {
    rule: /^Serverless-EventBusDLQ$/,
    where: /\/(Hourly|Often)\/Resource$/,
    reason:
      'A call that was missed is made an hour or five minutes later, and does what the one before would have done.',
  },
  {
    rule: /^Serverless-SNSRedrivePolicy$/,
    where: /^Operations\//,
    reason: 'Mail to a person has no dead letters; AWS tries again by itself.',
  },
];
