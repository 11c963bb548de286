import { until } from '../../cluster/until.js';
import { kubectl } from './kubectl.js';

/** A DaemonSet that runs on the real node alone, and one that lives on the super node alone. */
export type Side = 'real' | 'virtual';

const SIDES: readonly Side[] = ['real', 'virtual'];

const COUNTS = [
  '.status.desiredNumberScheduled',
  '.status.currentNumberScheduled',
  '.status.numberReady',
  '.status.updatedNumberScheduled',
  '.status.numberAvailable',
];

/** Gives both sides the same commands. */
export class Sides {
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** What kubectl says of a DaemonSet, with the names of the sides taken out; a failure is an answer, too. */
  async say(side: Side, ...args: readonly string[]): Promise<string> {
    const line = args.map((arg) => arg.replaceAll('DS', side));
    const answer = await kubectl(['-n', this.#namespace, ...line]).catch(lastLine);
    return answer.replaceAll(side, 'DS').trim();
  }

  /** The same command on both sides. @returns both answers, the real one first. */
  async both(...args: readonly string[]): Promise<readonly [string, string]> {
    const [real = '', virtual = ''] = await Promise.all(
      SIDES.map((side) => this.say(side, ...args)),
    );
    return [real, virtual];
  }

  /** DESIRED, CURRENT, READY, UP-TO-DATE and AVAILABLE of `kubectl get ds`. */
  async counts(side: Side): Promise<string> {
    const path = COUNTS.map((one) => `{${one}}`).join(' ');
    const text = await this.say(side, 'get', 'ds', 'DS', '-o', `jsonpath=${path}`);
    // What is zero and may be left out is left out.
    const found = text.split(' ');
    return COUNTS.map((_, index) => Number(found[index] ?? '')).join(' ');
  }

  /** Waits until both say so. */
  async untilCounts(expected: string): Promise<void> {
    await until(`${expected} on both sides`, async () => {
      const found = await Promise.all(SIDES.map((side) => this.counts(side)));
      if (found.some((one) => one !== expected)) throw new Error(found.join(', '));
      return true;
    });
  }

  /** Waits until both sides have so many pods. */
  async untilPods(count: number): Promise<void> {
    await until(`${count} pods on both sides`, async () => {
      const found = await this.both('get', 'pods', '-l', 'daemon=DS', '-o', 'name');
      const counts = found.map((one) => one.split('\n').filter((line) => line !== '').length);
      if (counts.some((one) => one !== count)) throw new Error(counts.join(', '));
      return true;
    });
  }
}

const lastLine = (error: unknown): string => (error as Error).message.split('\n').at(-1) ?? '';
