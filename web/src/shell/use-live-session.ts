import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { followLive, showNodes } from '../features/files/follow-live.ts';
import { type Offline, openOffline } from '../offline/create-offline.ts';
import type { SignedIn } from '../session/session.ts';
import { type LiveSession, useSession } from '../session/session-context.ts';

/** The session with what follows its account, for as long as it is shown; undefined while it is opened. */
export function useLiveSession(signedIn: SignedIn): LiveSession | undefined {
  const session = useSession();
  const queryClient = useQueryClient();
  const [live, setLive] = useState<LiveSession>();
  useEffect(() => {
    let isOver = false;
    let offline: Offline | undefined;
    const followed = followLive({ signedIn, queryClient, onRevoked: () => void session.signOut('unlinked') });
    const onNode = (node: Parameters<typeof showNodes>[1][number]): void => showNodes(queryClient, [node]);
    const open = async (): Promise<void> => {
      const opened = await openOffline({ signedIn, live: followed.live, onNode });
      if (isOver) return opened.close();
      offline = opened;
      setLive({ ...signedIn, live: followed.live, offline: opened });
    };
    void open();
    return () => {
      isOver = true;
      offline?.close();
      followed.close();
      queryClient.clear();
    };
  }, [signedIn, session, queryClient]);
  return live;
}
