import { UnavailableError } from '@syncline/client';
import type { ErrorCode, OperationResult } from '@syncline/protocol';
import type { Translate } from '../../messages/english.ts';
import { RefusedError } from './answer-value.ts';

const TOLD = {
  forbidden: 'refusedForbidden',
  not_found: 'refusedNotFound',
  quota_exceeded: 'refusedQuota',
  rate_limited: 'refusedBusy',
  unavailable: 'refusedBusy',
  internal: 'refusedBusy',
} as const satisfies Partial<Record<ErrorCode, string>>;

type ToldCode = keyof typeof TOLD;
type Refusal = Exclude<OperationResult, { readonly status: 'committed' }>;

/** Under which name the catalogues say why an operation was not done. */
export function failureKey(result: Refusal) {
  if (result.status === 'conflict') return `conflict_${result.conflict.kind}` as const;
  const { code } = result.error;
  return isTold(code) ? TOLD[code] : 'refusedOther';
}

/** The service's own words, for what the catalogues do not know. */
export function failureDetail(result: Refusal): string {
  return result.status === 'error' ? result.error.detail : '';
}

/** What is said of a request that failed as a whole. */
export function failureMessage(t: Translate, failure: unknown): string {
  if (failure instanceof UnavailableError) return t('files.unavailable');
  if (!(failure instanceof RefusedError)) return t('app.failedText');
  const { code, detail } = failure.problem;
  return isTold(code) ? t(`files.${TOLD[code]}All`) : t('files.refusedOtherAll', { detail });
}

function isTold(code: ErrorCode): code is ToldCode {
  return Object.hasOwn(TOLD, code);
}
