import { type ConfigurationResponse, PROTOCOL_VERSION } from '@syncline/protocol';
import { done, type Outcome } from '../runtime/outcome.ts';

/** What one deployment tells everybody before they sign in. No secret is in it. */
export type PublicConfiguration = Omit<ConfigurationResponse, 'protocolVersion'>;

/** Cost: nothing. */
export async function getConfiguration(configuration: PublicConfiguration): Promise<Outcome<ConfigurationResponse>> {
  return done({ protocolVersion: PROTOCOL_VERSION, ...configuration });
}
