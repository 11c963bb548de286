import { Agent } from 'node:https';
import { postReview } from '../integration/support/client.js';
import { aReview } from '../support/review.js';
import type { Target } from './target.js';

/** A well-behaved caller, with one connection that it keeps. */
export interface Peer {
  readonly post: () => Promise<number>;
  close(): void;
}

/** Milliseconds of many reviews, one after the other. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  /** Reviews that got no answer, or another one than 200. */
  readonly failed: number;
}

/** Opens the connection and sends a first review. */
export async function openPeer({ webhook, ca }: Target): Promise<Peer> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const review = aReview();
  const post = async (): Promise<number> =>
    (await postReview(webhook, review, { ca, agent })).status;
  await post();
  return {
    post,
    close: () => {
      agent.destroy();
    },
  };
}

const REVIEWS = 200;

/** Sends reviews, each when the one before is answered. */
export async function measure({ post }: Peer): Promise<Latency> {
  const times: number[] = [];
  let failed = 0;
  for (let n = 0; n < REVIEWS; n += 1) {
    const started = performance.now();
    const status = await post().catch(() => 0);
    times.push(performance.now() - started);
    if (status !== 200) failed += 1;
  }
  times.sort((one, other) => one - other);
  return { p50: at(times, 0.5), p99: at(times, 0.99), failed };
}

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.floor(sorted.length * part)] ?? 0;
