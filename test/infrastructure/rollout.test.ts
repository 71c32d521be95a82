import { describe, expect, test } from '@jest/globals';
import { apiFunctionNames, functions } from '../../lib/functions.ts';
import { at, listOf, onlyResourceOf, type Resource, resourcesOf, stackOf, synthesise } from './synthesised.ts';

const api = stackOf(synthesise('prod', { rollout: 'gradual' }), 'Api');
const aliases = resourcesOf(api, 'AWS::Lambda::Alias');
const groups = resourcesOf(api, 'AWS::CodeDeploy::DeploymentGroup');
const lambdas = new Map(resourcesOf(api, 'AWS::Lambda::Function').map((one) => [one.id, one]));

const refOf = (value: unknown): string => String(at(value, 'Ref') ?? listOf(at(value, 'Fn::GetAtt'))[0]);
const nameOf = (lambda: Resource | undefined): string =>
  String(at(lambda?.Properties, 'Environment', 'Variables', 'FUNCTION_NAME'));

describe('new code that comes gradually', () => {
  test('is reached by a version of each function that has a route, and by nothing else', () => {
    const versions = new Map(resourcesOf(api, 'AWS::Lambda::Version').map((one) => [one.id, one]));
    const reached = aliases.map(({ Properties: properties }) => {
      const version = versions.get(refOf(properties['FunctionVersion']));
      expect(refOf(version?.Properties['FunctionName'])).toBe(refOf(properties['FunctionName']));
      expect(properties['Name']).toBe('live');
      return nameOf(lambdas.get(refOf(properties['FunctionName'])));
    });
    expect(reached.toSorted()).toEqual([...apiFunctionNames].toSorted());
    const aliasIds = new Set(aliases.map(({ id }) => id));
    for (const { Properties: properties } of resourcesOf(api, 'AWS::ApiGatewayV2::Integration')) {
      expect(aliasIds).toContain(refOf(properties['IntegrationUri']));
    }
    const routes = apiFunctionNames.flatMap((name) => functions[name].routes);
    const permitted = resourcesOf(api, 'AWS::Lambda::Permission').filter(
      ({ Properties: properties }) => properties['Principal'] === 'apigateway.amazonaws.com',
    );
    expect(permitted).toHaveLength(routes.length);
    for (const { Properties: properties } of permitted) expect(aliasIds).toContain(refOf(properties['FunctionName']));
  });

  test('answers a tenth of the requests at first, and goes back when the deployment fails, is stopped or alarmed', () => {
    const alarm = onlyResourceOf(api, 'AWS::CloudWatch::Alarm');
    const application = onlyResourceOf(api, 'AWS::CodeDeploy::Application');
    expect(groups).toHaveLength(aliases.length);
    for (const { Properties: properties } of groups) {
      expect(properties).toMatchObject({
        AlarmConfiguration: { Alarms: [{ Name: { Ref: alarm.id } }], Enabled: true },
        ApplicationName: { Ref: application.id },
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'],
        },
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
        DeploymentStyle: { DeploymentOption: 'WITH_TRAFFIC_CONTROL', DeploymentType: 'BLUE_GREEN' },
      });
    }
    const moved = aliases.map((alias) =>
      refOf(at(alias, 'UpdatePolicy', 'CodeDeployLambdaAliasUpdate', 'DeploymentGroupName')),
    );
    expect(moved.toSorted()).toEqual(groups.map(({ id }) => id).toSorted());
  });

  test('goes back when more than a twentieth of all requests of the API fail in a minute', () => {
    const { Properties: properties } = onlyResourceOf(api, 'AWS::CloudWatch::Alarm');
    expect(properties).toMatchObject({ EvaluationPeriods: 1, Threshold: 0.05, TreatMissingData: 'notBreaching' });
    const metrics = listOf(properties['Metrics']);
    expect(metrics.map((one) => at(one, 'Expression')).filter(Boolean)).toEqual([
      'IF(all >= 20, FILL(bad, 0) / all, 0)',
    ]);
    expect(metrics.map((one) => at(one, 'MetricStat', 'Metric', 'MetricName')).filter(Boolean)).toEqual([
      'Count',
      '5xx',
    ]);
  });

  test('is moved by a role that may move the aliases of these functions, and nothing else', () => {
    const [role, ...others] = resourcesOf(api, 'AWS::IAM::Role').filter(({ id }) => id.startsWith('Rollout'));
    expect(others).toEqual([]);
    expect(role?.Properties['ManagedPolicyArns']).toBeUndefined();
    expect(resourcesOf(api, 'AWS::IAM::Policy').filter(({ id }) => id.startsWith('Rollout'))).toEqual([]);
    const [policy] = listOf(role?.Properties['Policies']);
    const statements = listOf(at(policy, 'PolicyDocument', 'Statement'));
    expect([...new Set(statements.flatMap((one) => listOf(at(one, 'Action'))))]).toEqual([
      'cloudwatch:DescribeAlarms',
      'lambda:GetAlias',
      'lambda:UpdateAlias',
      'lambda:GetProvisionedConcurrencyConfig',
    ]);
    const resources = statements.slice(1).flatMap((one) => listOf(at(one, 'Resource')));
    expect(resources.filter((one) => JSON.stringify(one).includes('*'))).toEqual([]);
  });
});

test('new code that comes at once has no versions, and nobody who moves them', () => {
  const plain = Object.values(synthesise('prod').stacks).flatMap(({ Resources }) => Object.values(Resources));
  const types = new Set(plain.map(({ Type }) => Type));
  for (const type of ['AWS::Lambda::Alias', 'AWS::Lambda::Version', 'AWS::CodeDeploy::DeploymentGroup']) {
    expect([type, types.has(type)]).toEqual([type, false]);
  }
});
