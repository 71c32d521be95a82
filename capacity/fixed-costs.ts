import { type PriceName, priceOf } from './prices.ts';

/** A template as CloudFormation takes it. */
export interface PricedTemplate {
  readonly Resources?: Readonly<Record<string, PricedResource>>;
}

interface PricedResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface FixedCost {
  readonly what: string;
  readonly dollars: number;
}

const MONTH_HOURS = 730;

type Amounts = readonly (readonly [PriceName, number])[];

/** What a resource of these types asks for by the month, whatever is done with it. */
const FIXED: Readonly<Record<string, (properties: Readonly<Record<string, unknown>>) => Amounts>> = {
  'AWS::SecretsManager::Secret': () => [['secretMonth', 1]],
  'AWS::CloudWatch::Alarm': (alarm) => [['alarmMetricMonth', metricsOf(alarm)]],
  'AWS::CloudWatch::CompositeAlarm': () => [['compositeAlarmMonth', 1]],
  'AWS::CloudWatch::Dashboard': () => [['dashboardMonth', 1]],
  'AWS::KMS::Key': () => [['keyMonth', 1]],
  'AWS::WAFv2::WebACL': ({ Rules: rules }) => [
    ['webAclMonth', 1],
    ['webAclRuleMonth', Array.isArray(rules) ? rules.length : 0],
  ],
  'AWS::OpenSearchService::Domain': (domain) => {
    const nodes = numberAt(domain, 'ClusterConfig', 'InstanceCount');
    const kind = textAt(domain, 'ClusterConfig', 'InstanceType');
    const price = SEARCH_NODES[kind];
    if (price === undefined)
      throw new Error(`nobody knows what a node ${kind} costs: add its price to capacity/prices.ts`);
    return [
      [price, nodes * MONTH_HOURS],
      ['searchVolumeGiBMonth', nodes * numberAt(domain, 'EBSOptions', 'VolumeSize')],
    ];
  },
};

const SEARCH_NODES: Readonly<Record<string, PriceName>> = {
  't3.small.search': 'smallSearchNodeHour',
  'm7g.large.search': 'largeSearchNodeHour',
};

const NAMES: Readonly<Partial<Record<PriceName, string>>> = {
  secretMonth: 'secrets',
  alarmMetricMonth: 'alarms',
  compositeAlarmMonth: 'alarms that combine others',
  dashboardMonth: 'dashboards',
  keyMonth: 'keys of KMS',
  webAclMonth: 'firewalls',
  webAclRuleMonth: 'rules of firewalls',
  smallSearchNodeHour: 'nodes of the search domain',
  largeSearchNodeHour: 'nodes of the search domain',
  searchVolumeGiBMonth: 'disks of the search domain',
};

/**
 * What a month costs while nobody uses a deployment: a line for each thing that has a price by time, at the prices of us-east-1, in an account that has nothing else. What is paid by use,
 * such as stored bytes, custom metrics and the runs of the hourly functions, is not in it.
 */
export function fixedCostsOf(templates: readonly PricedTemplate[]): readonly FixedCost[] {
  const amounts = new Map<PriceName, number>();
  for (const { Resources: resources = {} } of templates) {
    for (const { Type: type, Properties: properties = {} } of Object.values(resources)) {
      for (const [price, amount] of FIXED[type]?.(properties) ?? [])
        amounts.set(price, (amounts.get(price) ?? 0) + amount);
    }
  }
  return [...amounts].map(([price, amount]) => ({ what: NAMES[price] ?? price, dollars: priceOf(price, amount) }));
}

export function sumOf(costs: readonly FixedCost[]): number {
  return costs.reduce((sum, { dollars }) => sum + dollars, 0);
}

/** Each metric that an alarm looks at is paid for; expressions are not. */
function metricsOf({ Metrics: metrics }: Readonly<Record<string, unknown>>): number {
  if (!Array.isArray(metrics)) return 1;
  return metrics.filter((metric) => typeof metric === 'object' && metric !== null && 'MetricStat' in metric).length;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((place, key) => (place as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}

function numberAt(value: unknown, ...path: readonly string[]): number {
  return Number(valueAt(value, path) ?? 0);
}

function textAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : 'of no kind';
}
