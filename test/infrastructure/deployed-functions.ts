import { type Deployment, type Resource, resourcesOf, stackOf, type Template } from './synthesised.ts';

/** A function as it is deployed, with what its role allows. */
export interface DeployedFunction {
  readonly name: string;
  readonly stack: string;
  readonly properties: Resource['Properties'];
  readonly environment: Readonly<Record<string, string>>;
  /** One line for each allowed action on each resource: `s3:GetObject ChunksBucket.Arn/chunks/*`. */
  readonly allowed: readonly string[];
  readonly role: Resource['Properties'];
}

/** Every function of a deployment, by name. */
export function deployedFunctions(deployment: Deployment): ReadonlyMap<string, DeployedFunction> {
  const found = Object.entries(deployment.stacks).flatMap(([stack, template]) =>
    resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties: properties }): [string, DeployedFunction] => {
      const show = (value: unknown) => showValue(value, deployment);
      const role = template.Resources[properties.Role['Fn::GetAtt'][0]]?.Properties;
      const variables = Object.entries<unknown>(properties.Environment.Variables);
      const environment = Object.fromEntries(variables.map(([key, value]) => [key, show(value)]));
      const name = environment['POWERTOOLS_SERVICE_NAME'] ?? '';
      return [name, { name, stack, properties, environment, allowed: allowedBy(role, show), role }];
    }),
  );
  return new Map(found);
}

function allowedBy(role: Resource['Properties'], show: (value: unknown) => string): readonly string[] {
  return statementsOf(role).flatMap(({ Action, Resource: on, Effect }) => {
    if (Effect !== 'Allow') throw new Error('a role only allows');
    return listOf(Action).flatMap((action) => listOf(on).map((resource) => `${String(action)} ${show(resource)}`));
  });
}

interface Statement {
  readonly Action: unknown;
  readonly Resource: unknown;
  readonly Effect: string;
}

function statementsOf(role: Resource['Properties']): readonly Statement[] {
  return role.Policies.flatMap((policy: Resource['Properties']) => policy.PolicyDocument.Statement);
}

/**
 * A value of a template as readable text: `Fn::Join` joined, `Ref` and `Fn::GetAtt` as `Name` and `Name.Attribute` without
 * the hash of the logical id, `Fn::ImportValue` as what the other stack exports.
 */
export function showValue(value: unknown, deployment: Deployment): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[intrinsic, argument] = ['', '']] = Object.entries(value);
  switch (intrinsic) {
    case 'Ref':
      return withoutHash(String(argument));
    case 'Fn::GetAtt': {
      const [id, attribute] = argument as [string, string];
      return `${withoutHash(id)}.${attribute}`;
    }
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((part) => showValue(part, deployment)).join(separator);
    }
    case 'Fn::ImportValue':
      return showValue(exportedValue(String(argument), deployment), deployment);
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

function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

export function outputsOf(template: Template): Readonly<Record<string, unknown>> {
  const named = Object.entries(template.Outputs ?? {}).filter(([, output]) => output.Export === undefined);
  return Object.fromEntries(named.map(([name, output]) => [name, output.Value]));
}
