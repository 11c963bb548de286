import type { Pod } from '../../../src/core/model/types.js';
import { until } from '../../cluster/until.js';
import { counter, tryPod } from './api.js';
import { namesIn } from './objects.js';

/** Creations a second. The demand is 50; timers are a little late. */
const RATE = 60;

/** How a creation ended; undefined as long as it has not. */
interface Creation {
  error?: string | undefined;
  ended?: boolean;
}

/** What became of the creations of some time. */
export interface Window {
  readonly creations: number;
  readonly perSecond: number;
  /** Those that were refused, or came back without the injected container. */
  readonly failed: number;
  /** What the API server counted of calls that it went on without. */
  readonly failedOpen: number;
  /** What the failures were, each once. */
  readonly errors: readonly string[];
}

/** A window of which a test may say that no call failed. */
export const clean = { failed: 0, failedOpen: 0, errors: [] };

/** What is said of a pod that was created without the containers. */
export const NOT_INJECTED = 'it was not injected';

/** How the table shows it. */
export const inWords = ({ creations, failed, failedOpen, perSecond }: Window): string =>
  `${creations} creations, ${Math.floor(perSecond)}/s, ${failed} failed, ${failedOpen} failed open`;

const failOpen = (): Promise<number> =>
  counter('apiserver_admission_webhook_fail_open_count', { name: 'pods.ds-injector.io' });

/**
 * Creates a pod again and again, as dry runs over connections that are kept, at a steady rate whatever the answers take.
 */
export class Load {
  readonly #pod: Pod;
  readonly #container: string;
  readonly #creations: Creation[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();

  /** @param container that every answer has to hold. */
  constructor(pod: Pod, container: string) {
    this.#pod = pod;
    this.#container = container;
    this.#timer = setInterval(() => {
      const due = ((performance.now() - this.#began) / 1000) * RATE;
      while (this.#creations.length < due) void this.#create();
    }, 1000 / RATE);
  }

  /** Waits until it is under way, does something, and looks at what was created meanwhile. */
  async during(action: () => Promise<unknown>): Promise<Window> {
    const before = await failOpen();
    const [began, first] = [performance.now(), this.#creations.length];
    await this.#more(RATE);
    await action();
    // What the action set off may show a little later.
    await this.#more(2 * RATE);
    const creations = this.#creations.slice(first);
    const seconds = (performance.now() - began) / 1000;
    await until('the answers', () => creations.every(({ ended }) => ended));
    const errors = creations.flatMap(({ error }) => error ?? []);
    return {
      creations: creations.length,
      perSecond: creations.length / seconds,
      failed: errors.length,
      failedOpen: (await failOpen()) - before,
      errors: [...new Set(errors)],
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #create(): Promise<void> {
    const creation: Creation = {};
    this.#creations.push(creation);
    try {
      const names = namesIn(await tryPod(this.#pod));
      creation.error = names.includes(this.#container) ? undefined : NOT_INJECTED;
    } catch (error) {
      creation.error = (error as Error).message;
    }
    creation.ended = true;
  }

  async #more(count: number): Promise<void> {
    const wanted = this.#creations.length + count;
    await until('creations', () => this.#creations.length >= wanted);
  }
}
