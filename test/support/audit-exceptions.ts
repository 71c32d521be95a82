import type { AllowedLicenses, AuditException } from './audit-findings.ts';

/** Known weaknesses that are lived with, each with the reason and the day on which that is looked at again. */
export const AUDIT_EXCEPTIONS: readonly AuditException[] = [];

/** What may be shipped asks for its notice at most; a tool may also ask that changes of its own files are shown. */
export const ALLOWED_LICENSES: AllowedLicenses = {
  shipped: ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0', 'Unlicense'],
  tools: ['BlueOak-1.0.0', 'CC-BY-4.0', 'MPL-2.0'],
};
