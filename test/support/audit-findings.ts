import * as z from 'zod/mini';

/** A known weakness that is lived with for a while. */
export interface AuditException {
  /** Its id, GHSA-…. */
  readonly advisory: string;
  readonly reason: string;
  /** Day after which it is none any more, YYYY-MM-DD. */
  readonly until: string;
}

/** What a registry has answered. */
export type AuditAnswer =
  | { readonly kind: 'answered'; readonly weaknesses: readonly Weakness[] }
  /** Nothing is known about the packages. */
  | { readonly kind: 'unanswered'; readonly why: string };

export interface Weakness {
  readonly advisory: string;
  readonly packageName: string;
  readonly severity: string;
  readonly title: string;
  readonly url: string;
}

const Advisory = z.object({
  name: z.string(),
  title: z.string(),
  url: z.string(),
  severity: z.string(),
});
const Report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), Advisory])) })),
});
const Failure = z.object({ message: z.string() });

/** Reads what `npm audit --json` prints, also when the registry has no such endpoint. */
export function readAudit(printed: string): AuditAnswer {
  const answer = parse(printed);
  const report = z.safeParse(Report, answer);
  if (!report.success) {
    const failure = z.safeParse(Failure, answer);
    return { kind: 'unanswered', why: failure.success ? failure.data.message : 'npm printed no report' };
  }
  const weaknesses = new Map<string, Weakness>();
  for (const { via } of Object.values(report.data.vulnerabilities)) {
    for (const cause of via) {
      // A text names another package that has the cause.
      if (typeof cause === 'string') continue;
      const advisory = /GHSA(?:-[a-z0-9]{4}){3}$/.exec(cause.url)?.[0] ?? cause.url;
      const { name: packageName, severity, title, url } = cause;
      weaknesses.set(`${advisory} ${packageName}`, { advisory, packageName, severity, title, url });
    }
  }
  return { kind: 'answered', weaknesses: [...weaknesses.values()] };
}

/** What is to be done about them, a sentence each: those that nobody lives with, and exceptions that are over or for nothing. */
export function weaknessProblems(
  weaknesses: readonly Weakness[],
  exceptions: readonly AuditException[],
  today: string,
): readonly string[] {
  const isLivedWith = ({ advisory }: Weakness) =>
    exceptions.some((one) => one.advisory === advisory && today <= one.until);
  const isFound = ({ advisory }: AuditException) => weaknesses.some((weakness) => weakness.advisory === advisory);
  const over = exceptions.filter(({ until }) => today > until);
  return [
    ...weaknesses
      .filter((weakness) => !isLivedWith(weakness))
      .map(({ packageName, severity, title, url }) => `${packageName}: ${severity}: ${title} (${url})`),
    ...over.map(
      ({ advisory, until }) => `the exception for ${advisory} ended on ${until}: mend it, or say why not yet`,
    ),
    ...exceptions
      .filter((exception) => !isFound(exception))
      .map(({ advisory }) => `the exception for ${advisory} is for nothing any more: take it out`),
  ];
}

interface LockedLicense {
  readonly license?: string | undefined;
  readonly dev?: boolean | undefined;
  readonly link?: boolean | undefined;
  readonly optionalDependencies?: Readonly<Record<string, string>> | undefined;
}

/** The part of package-lock.json that matters here. */
export interface LicensedLock {
  readonly packages: Readonly<Record<string, LockedLicense>>;
}

export interface AllowedLicenses {
  readonly shipped: readonly string[];
  /** Beside those, for what only builds and tests. */
  readonly tools: readonly string[];
}

/** Packages whose license is none that is allowed, a sentence each. One for another platform has that of the package that asks for it. */
export function licenseProblems({ packages }: LicensedLock, allowed: AllowedLicenses): readonly string[] {
  const entries = Object.entries(packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && link !== true,
  );
  return entries.flatMap(([path, entry]) => {
    const name = path.replace(/^.*node_modules\//, '');
    const asking = entries.find(([, { optionalDependencies }]) => Object.hasOwn(optionalDependencies ?? {}, name))?.[1];
    const license = entry.license ?? asking?.license;
    const names = entry.dev === true ? [...allowed.shipped, ...allowed.tools] : allowed.shipped;
    if (license !== undefined && isAllowed(license, names)) return [];
    return [`${name}: its license is ${license ?? 'not said'}${entry.dev === true ? '' : ', and it is shipped'}`];
  });
}

/** Of alternatives one is enough; of several at once each must do. Source: SPDX specification 2.3, annex D. */
function isAllowed(expression: string, names: readonly string[]): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(bare)) return false;
  return bare.split(' OR ').some((alternative) => alternative.split(' AND ').every((name) => names.includes(name)));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return { message: `npm printed no JSON: ${String(error)}` };
  }
}
