import { hasStageFile, readStageFile } from '../lib/stage-file.ts';

/** What a command says as `-c key=value`. */
export function parseSettings(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((setting): [string, string] => {
      const [key = '', ...value] = setting.split('=');
      return [key, value.join('=')];
    }),
  );
}

/** All settings of a deployment to AWS: those of the file of its stage, and over them what the command says. @throws ConfigError */
export function settingsOfStage(
  stage: string,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  return { ...readStageFile(stage), ...given, stage };
}

interface Context {
  tryGetContext(key: string): unknown;
}

/** A context that says what the file of its stage says, where it says nothing itself. A stage without a file has its defaults. @throws ConfigError */
export function withStageFile(context: Context): Context {
  const stage: unknown = context.tryGetContext('stage');
  if (typeof stage !== 'string' || !hasStageFile(stage)) return context;
  const settings = readStageFile(stage);
  return { tryGetContext: (key) => context.tryGetContext(key) ?? settings[key] };
}
