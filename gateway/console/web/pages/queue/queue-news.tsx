/** Listens for news of the queue as long as a reviewer is signed in, whatever page is open: between two pages nothing gets lost. */
import type { ReactNode } from 'react';
import { useQueueNews } from './data.js';

export function QueueNews(): ReactNode {
  useQueueNews();
  return null;
}
