/** Rules of cfn-lint whose findings are none, and why. One that nothing breaks any more is a mistake, too. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  W3005: 'CDK makes every function depend on its role by name, beside the reference; CloudFormation takes both.',
};

export interface LintFindings {
  /** How many there are, excepted or not. */
  readonly lines: number;
  /** What is to be mended, a line each. */
  readonly mistakes: readonly string[];
}

/** Reads what cfn-lint prints with `--format parseable`: `file:line:column:line:column:rule:message`. */
export function readFindings(output: string, exceptions: Readonly<Record<string, string>> = EXCEPTIONS): LintFindings {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const rules = lines.map((line) => /:([EWI]\d{4}):/.exec(line)?.[1]);
  const mistakes = lines.filter((_, index) => !Object.hasOwn(exceptions, rules[index] ?? ''));
  const unused = Object.keys(exceptions).filter((rule) => !rules.includes(rule));
  return {
    lines: lines.length,
    mistakes: [...mistakes, ...unused.map((rule) => `${rule} is excepted, and nothing breaks it`)],
  };
}
