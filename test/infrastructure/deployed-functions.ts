import { at, type Deployment, listOf, resourcesOf, stackOf } from './synthesised.ts';

/** A function as it is deployed, with what its role allows. */
export interface DeployedFunction {
  readonly name: string;
  readonly stack: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Logical id of its role. */
  readonly roleId: string;
  readonly role: Readonly<Record<string, unknown>>;
  /** A line for each action on each resource that its role allows: `s3:GetObject ChunksBucket.Arn/chunks/*`. */
  readonly allowed: readonly string[];
  /** The attributes that calls to a table may name, where not all are allowed. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** Every function of a deployment, by name. */
export function deployedFunctions(deployment: Deployment): ReadonlyMap<string, DeployedFunction> {
  const show = (value: unknown) => showValue(value, deployment);
  const found = Object.entries(deployment.stacks).flatMap(([stack, template]) =>
    resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties: properties }): [string, DeployedFunction] => {
      const [roleId = ''] = listOf(at(properties, 'Role', 'Fn::GetAtt')).map(String);
      const role = template.Resources[roleId]?.Properties ?? {};
      const variables = Object.entries(at(properties, 'Environment', 'Variables') ?? {});
      const environment = Object.fromEntries(variables.map(([key, value]) => [key, show(value)]));
      const name = environment['FUNCTION_NAME'] ?? '';
      const rights = { allowed: allowedBy(role, show), attributes: attributesOf(role, show) };
      return [name, { name, stack, properties, environment, roleId, role, ...rights }];
    }),
  );
  return new Map(found);
}

function statementsOf(role: unknown): readonly unknown[] {
  return listOf(at(role, 'Policies')).flatMap((policy) => listOf(at(policy, 'PolicyDocument', 'Statement')));
}

function attributesOf(role: unknown, show: (value: unknown) => string): ReadonlyMap<string, readonly string[]> {
  const limited = statementsOf(role).flatMap((statement): [string, readonly string[]][] => {
    const named = at(statement, 'Condition', 'ForAllValues:StringEquals', 'dynamodb:Attributes');
    if (named === undefined) return [];
    return listOf(at(statement, 'Resource')).map((on) => [show(on), listOf(named).map(String)]);
  });
  return new Map(limited);
}

function allowedBy(role: unknown, show: (value: unknown) => string): readonly string[] {
  return statementsOf(role).flatMap((statement) => {
    if (at(statement, 'Effect') !== 'Allow') throw new Error('a role only allows');
    const resources = listOf(at(statement, 'Resource')).map(show);
    return listOf(at(statement, 'Action')).flatMap((action) => resources.map((on) => `${String(action)} ${on}`));
  });
}

/**
 * A value of a template as readable text: `Fn::Join` joined, `Ref` and `Fn::GetAtt` as `Name` and `Name.Attribute` without
 * the hash of the logical id, `Fn::ImportValue` as what the other stack exports.
 */
export function showValue(value: unknown, deployment: Deployment): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(value) as [string, unknown][];
  const [first, second] = listOf(argument);
  switch (intrinsic) {
    case 'Ref':
      return withoutHash(String(first));
    case 'Fn::GetAtt':
      return `${withoutHash(String(first))}.${String(second)}`;
    case 'Fn::Join':
      return listOf(second)
        .map((part) => showValue(part, deployment))
        .join(String(first));
    case 'Fn::ImportValue':
      return showValue(exportedValue(String(first), deployment), deployment);
    default:
      throw new Error(`unexpected ${intrinsic}`);
  }
}

function exportedValue(name: string, deployment: Deployment): unknown {
  const stack = name.replace(/^.*-(\w+):.*$/, '$1');
  const outputs = Object.values(stackOf(deployment, stack).Outputs ?? {});
  const found = outputs.find((output) => output.Export?.Name === name);
  if (found === undefined) throw new Error(`nobody exports ${name}`);
  return found.Value;
}

export function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** The outputs for people and scripts, by name, as readable text: those that are no exports to other stacks. */
export function outputsOf(deployment: Deployment): Readonly<Record<string, string>> {
  const outputs = Object.values(deployment.stacks).flatMap(({ Outputs }) => Object.entries(Outputs ?? {}));
  const named = outputs.filter(([, output]) => output.Export === undefined);
  return Object.fromEntries(named.map(([name, output]) => [name, showValue(output.Value, deployment)]));
}
