import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { idleCostTable, withIdleCosts } from '../../bin/idle-costs.ts';
import { fixedCostsOf, sumOf } from '../../capacity/fixed-costs.ts';
import { projectRoot } from './synthesised.ts';

test('the README says what deployments cost while nobody uses them; "npm run costs" writes it', () => {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  expect(readme).toBe(withIdleCosts(readme, idleCostTable()));
});

const alarm = (Metrics?: readonly object[]) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: Metrics === undefined ? {} : { Metrics },
});

test('each metric of an alarm is paid for, expressions are not, and ten are free', () => {
  const of = (count: number) =>
    fixedCostsOf([
      { Resources: Object.fromEntries(Array.from({ length: count }, (_, index) => [`A${index}`, alarm()])) },
    ]);
  expect(sumOf(of(10))).toBe(0);
  expect(sumOf(of(12))).toBeCloseTo(0.2);
  const both = [{ MetricStat: {} }, { MetricStat: {} }, { Expression: 'a / b' }];
  const six = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`A${index}`, alarm(both)]));
  expect(sumOf(fixedCostsOf([{ Resources: six }]))).toBeCloseTo(0.2);
});

test('a search domain is paid by its nodes, hours and disks, and a node that nobody has a price for is told', () => {
  const domain = (InstanceType: string) => ({
    Resources: {
      D: {
        Type: 'AWS::OpenSearchService::Domain',
        Properties: { ClusterConfig: { InstanceCount: 1, InstanceType }, EBSOptions: { VolumeSize: 10 } },
      },
    },
  });
  expect(sumOf(fixedCostsOf([domain('t3.small.search')]))).toBeCloseTo(0.036 * 730 + 1.22);
  expect(() => fixedCostsOf([domain('z1.huge.search')])).toThrow('z1.huge.search');
});

test('what is paid by use costs nothing while nobody uses it', () => {
  const Resources = {
    T: { Type: 'AWS::DynamoDB::GlobalTable' },
    F: { Type: 'AWS::Lambda::Function' },
    B: { Type: 'AWS::S3::Bucket' },
  };
  expect(fixedCostsOf([{ Resources }])).toEqual([]);
});
