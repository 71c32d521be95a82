import { useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { forgetContents } from '../../content/register-worker.ts';
import { serveReads } from '../../content/serve-reads.ts';
import { nearContents } from '../../offline/near-contents.ts';
import type { LiveSession } from '../../session/session-context.ts';
import { createUploads, type Uploads } from '../../transfers/create-transfers.ts';
import { showNodes } from '../files/follow-live.ts';
import { UploadsContext, useUploadsState } from './uploads-context.ts';

const TransferPanel = lazy(async () => ({ default: (await import('./transfer-panel.tsx')).TransferPanel }));

/** Uploads of an account, for as long as it is signed in, and the panel that shows them. */
export function UploadsProvider({
  signedIn,
  children,
}: {
  readonly signedIn: LiveSession;
  readonly children: ReactNode;
}) {
  const queryClient = useQueryClient();
  const [uploads, setUploads] = useState<Uploads>();
  useEffect(() => {
    const { tokens, deviceId, account } = signedIn;
    const opened = createUploads({
      tokens,
      deviceId,
      accountId: account.accountId,
      apiUrl: location.origin,
      onUploaded: (nodes) => showNodes(queryClient, nodes),
    });
    setUploads(opened);
    const stopReads = serveReads(signedIn.api, nearContents(signedIn.offline));
    return () => {
      stopReads();
      opened.close();
      forgetContents();
    };
  }, [signedIn, queryClient]);
  if (uploads === undefined) return null;
  return (
    <UploadsContext value={uploads}>
      {children}
      <Panel />
    </UploadsContext>
  );
}

/** There as long as there is something to tell. */
function Panel() {
  const { items } = useUploadsState();
  if (items.length === 0) return null;
  return (
    <Suspense fallback={null}>
      <TransferPanel />
    </Suspense>
  );
}
