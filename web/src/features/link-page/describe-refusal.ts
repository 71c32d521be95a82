import type { Problem } from '@syncline/protocol';
import type { IconName } from '../../ui/icons/icon-paths.ts';
import type { LinkTexts } from './link-texts.ts';

export interface Refusal {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
}

const SECONDS_IN_MINUTE = 60;

/** What a visitor is told when a link does not open. */
export function describeRefusal({ code, details }: Pick<Problem, 'code' | 'details'>, { say }: LinkTexts): Refusal {
  switch (code) {
    case 'link_ended':
      return endOf(details?.end, say);
    case 'not_found':
    case 'invalid_request':
      return { icon: 'link', title: say('link.unknownTitle'), text: say('link.unknownText') };
    case 'rate_limited': {
      const minutes = String(Math.ceil((details?.retryAfterSeconds ?? SECONDS_IN_MINUTE) / SECONDS_IN_MINUTE));
      return { icon: 'clock', title: say('link.waitTitle'), text: say('link.waitText', { minutes }) };
    }
    default:
      return { icon: 'warning', title: say('link.failedTitle'), text: say('link.failedText') };
  }
}

function endOf(end: string | undefined, say: LinkTexts['say']): Refusal {
  switch (end) {
    case 'expired':
      return { icon: 'clock', title: say('link.expiredTitle'), text: say('link.askForAnother') };
    case 'exhausted':
      return { icon: 'download', title: say('link.exhaustedTitle'), text: say('link.askForAnother') };
    case 'gone':
      return { icon: 'trash', title: say('link.goneTitle'), text: say('link.goneText') };
    default:
      return { icon: 'lock', title: say('link.revokedTitle'), text: say('link.askForAnother') };
  }
}
