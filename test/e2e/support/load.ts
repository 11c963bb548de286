import type { Pod } from '../../../src/core/model/types.js';
import { counter, tryPod } from './api.js';
import { namesIn } from './objects.js';

/** Creations a second. The demand is 50; timers are a little late. */
const RATE = 60;
/** Milliseconds under load before and after what is tested. */
const MARGIN = 2_000;

export interface Load {
  readonly creations: number;
  /** Creations that were refused, or came back without the injected containers. */
  readonly failed: number;
  /** What the API server counted of calls that it went on without. */
  readonly failedOpen: number;
  readonly perSecond: number;
  /** What the failures were, each once. */
  readonly errors: readonly string[];
}

/** What is said of a pod that was created without the containers. */
export const NOT_INJECTED = 'it was not injected';

/** How the table shows it. */
export const inWords = ({ creations, failed, failedOpen, perSecond }: Load): string =>
  `${creations} creations, ${Math.floor(perSecond)}/s, ${failed} failed, ${failedOpen} failed open`;

const failOpen = (): Promise<number> =>
  counter('apiserver_admission_webhook_fail_open_count', { name: 'pods.ds-injector.io' });

/**
 * Creates a pod again and again, as dry runs over connections that are kept, at a steady rate whatever the answers take.
 *
 * @param container that every answer has to hold.
 * @param during what is done meanwhile; the load lasts as long as it.
 */
export async function underLoad(
  pod: Pod,
  container: string,
  during: () => Promise<unknown>,
): Promise<Load> {
  const before = await failOpen();
  const errors: string[] = [];
  const open: Promise<void>[] = [];
  const create = async (): Promise<void> => {
    try {
      if (!namesIn(await tryPod(pod)).includes(container)) errors.push(NOT_INJECTED);
    } catch (error) {
      errors.push((error as Error).message);
    }
  };
  const began = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * RATE;
    while (open.length < due) open.push(create());
  }, 1000 / RATE);
  try {
    await margin();
    await during();
    await margin();
  } finally {
    clearInterval(timer);
  }
  const seconds = (performance.now() - began) / 1000;
  await Promise.all(open);
  return {
    creations: open.length,
    failed: errors.length,
    failedOpen: (await failOpen()) - before,
    perSecond: open.length / seconds,
    errors: [...new Set(errors)],
  };
}

/** The load itself takes time: this is how long it lasts, and nothing is waited for. */
const margin = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, MARGIN));
