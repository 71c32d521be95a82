import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda';

/**
 * Puts a person's address into the access token if it was verified, and nothing else: members of a shared folder know each other by it, and
 * whoever was invited by it finds the invitation.
 */
export async function handler(event: PreTokenGenerationV2TriggerEvent): Promise<PreTokenGenerationV2TriggerEvent> {
  const { email, email_verified: isVerified } = event.request.userAttributes;
  if (email === undefined || isVerified !== 'true') return event;
  event.response.claimsAndScopeOverrideDetails = {
    accessTokenGeneration: { claimsToAddOrOverride: { email, email_verified: 'true' } },
  };
  return event;
}
