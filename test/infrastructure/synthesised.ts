import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readConfig } from '../../lib/config.ts';
import { addStacks } from '../../lib/deployment.ts';
import { featureFlags } from '../../lib/feature-flags.ts';

export const projectRoot = join(import.meta.dirname, '..', '..');
export const stages = ['local', 'dev', 'prod'] as const;
export type Stage = (typeof stages)[number];

/** A template as it is handed to CloudFormation. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Deployment {
  /** By the last part of the stack's name: Storage, Identity, Realtime, Api. */
  readonly stacks: Readonly<Record<string, Template>>;
  /** Stacks that CloudFormation refuses to delete. */
  readonly protectedStacks: readonly string[];
}

const synthesised = new Map<string, Deployment>();

/** Settings with which a stage has a search index and a canary, which it has not by itself. */
export function withSearch(stage: Stage): Readonly<Record<string, string>> {
  return stage === 'local' ? { searchEndpoint: 'http://127.0.0.1:9200' } : { search: 'domain', canary: 'on' };
}

/** Settings with which a stage has every function that it may have. */
export function everyFunction(stage: Stage): Readonly<Record<string, string>> {
  return { ...withSearch(stage), ...(stage === 'local' ? {} : { contents: 'cloudfront' }) };
}

/** The templates that `npm run synth` writes for a stage; made once for all tests of a file that ask for the same. */
export function synthesise(stage: Stage, settings: Readonly<Record<string, string>> = {}): Deployment {
  const key = JSON.stringify([stage, settings]);
  const known = synthesised.get(key);
  if (known !== undefined) return known;
  const directory = mkdtempSync(join(tmpdir(), 'syncline-synth-'));
  try {
    // Code and the validation by CDK's own rules take seconds; synthesis.test.ts has them.
    const context = { ...featureFlags, ...settings, stage, 'aws:cdk:bundling-stacks': [] };
    const app = new App({
      outdir: directory,
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
      context,
    });
    addStacks(app, readConfig(app.node));
    app.synth();
    const deployment = readDeployment(directory);
    synthesised.set(key, deployment);
    return deployment;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Reads the templates that a synthesis wrote to a directory. */
export function readDeployment(directory: string): Deployment {
  const names = readdirSync(directory).filter((name) => name.endsWith('.template.json'));
  const stacks = Object.fromEntries(
    names.map((name) => [
      name.replace(/^.*-(\w+)\.template\.json$/, '$1'),
      JSON.parse(readFileSync(join(directory, name), 'utf8')) as Template,
    ]),
  );
  return { stacks, protectedStacks: protectedStacksOf(directory) };
}

function protectedStacksOf(directory: string): readonly string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
  return Object.entries(at(manifest, 'artifacts') ?? {})
    .filter(([, artifact]) => at(artifact, 'properties', 'terminationProtection') === true)
    .map(([name]) => name.replace(/^.*-/, ''));
}

export function stackOf(deployment: Deployment, name: string): Template {
  const template = deployment.stacks[name];
  if (template === undefined) throw new Error(`there is no stack ${name}`);
  return template;
}

/** Resources of one type, with their logical ids. */
export function resourcesOf(template: Template, type: string): readonly (Resource & { readonly id: string })[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => Object.assign({ id }, resource));
}

export function onlyResourceOf(template: Template, type: string): Resource & { readonly id: string } {
  const [resource, ...others] = resourcesOf(template, type);
  if (resource === undefined || others.length > 0) throw new Error(`expected one ${type}`);
  return resource;
}

/** What stands at a path in a value of a template; undefined when there is nothing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Object.entries(inner).find(([k]) => k === key)?.[1] : undefined,
    value,
  );
}

/** A list as it is, anything else as a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}
