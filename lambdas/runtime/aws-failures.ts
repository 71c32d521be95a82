/** Services of AWS whose tries are counted when they fail, by the names that are signed: a closed list, because each is a metric. */
const SERVICES = ['dynamodb', 's3', 'sqs', 'execute-api', 'secretsmanager', 'es'] as const;
type CountedService = (typeof SERVICES)[number];

/** Of this process, since they were taken the last time. One process runs one invocation at a time, and its line takes them. */
const failures = new Map<CountedService, number>();

/** A try at a service came to nothing: no answer, or one that a repeat may change. */
export function countAwsFailure(signingName: string): void {
  const service = SERVICES.find((name) => name === signingName);
  if (service !== undefined) failures.set(service, (failures.get(service) ?? 0) + 1);
}

/** Failed tries by the service, and forgets them. */
export function takeAwsFailures(): Readonly<Record<string, number>> {
  const taken = Object.fromEntries(failures);
  failures.clear();
  return taken;
}
