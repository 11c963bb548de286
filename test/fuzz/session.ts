import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../src/core/model/types.js';
import type { World } from '../../src/core/world/world.js';
import { hold, LawBroken } from '../support/laws/law.js';
import { expectNoSecret } from './answer-laws.js';
import type { Corpus } from './corpus.js';
import { judge } from './judge.js';
import { fieldsAt } from './json.js';
import { Random } from './random.js';
import { CASES_EACH, makeRound, worldFrom, type FuzzCase, type Round } from './rounds.js';
import { Webhook, type Asked } from './webhook.js';

/** A case that broke a law. */
export interface Counterexample {
  readonly law: string;
  readonly detail: string;
  readonly round: number;
  readonly one: FuzzCase;
}

/** How often each outcome was seen: by the reason of the pod, or the problem of the call. */
export type Totals = Record<string, number>;

/** A case whose answer is known, with the World that it was asked in. */
interface Remembered {
  readonly one: FuzzCase;
  readonly round: number;
  readonly world: World;
  readonly asked: Asked;
}

/** So many Worlds are kept in memory, to be asked again rounds later. */
const KEPT = 64;
/** Of a round, so many cases are asked again at its end. */
const REPLAYED = 3;

/** A run over rounds of cases. */
export class Session {
  readonly totals: Totals = {};
  cases = 0;
  replays = 0;
  readonly #seed: number;
  readonly #corpus: Corpus;
  readonly #webhook = new Webhook();
  readonly #kept: Remembered[] = [];

  constructor(seed: number, corpus: Corpus) {
    this.#seed = seed;
    this.#corpus = corpus;
  }

  /**
   * Goes through one round.
   *
   * @param found hears of each case that breaks a law; the round goes on after it.
   */
  run(number: number, found: (counterexample: Counterexample) => void): void {
    const round = makeRound(this.#seed, number, this.#corpus);
    const world = worldFrom(round.objects);
    const before = heldBy(world, round.objects);
    const told = (one: FuzzCase, at: number, check: () => void): void => {
      const broken = brokenBy(check);
      if (broken === undefined) return;
      found({ law: broken.law, detail: broken.message, round: at, one });
    };
    const asked = round.cases.flatMap((one): Remembered[] => {
      let seen: Asked | undefined;
      told(one, number, () => (seen = judge(one, world, this.#webhook)));
      this.#count(seen);
      return seen === undefined ? [] : [{ one, world, round: number, asked: seen }];
    });
    this.cases += round.cases.length;
    for (const each of this.#toReplay(round, asked)) {
      told(each.one, each.round, () => {
        this.#replay(each);
      });
    }
    const [first] = round.cases;
    if (first === undefined) return;
    told(first, number, () => {
      hold('the World is left alone', heldBy(world, round.objects) === before);
    });
  }

  /** @throws LawBroken where the metrics tell a secret. */
  async expectSilentMetrics(): Promise<void> {
    expectNoSecret('metrics', [await this.#webhook.metricsText()]);
  }

  #count(asked: Asked | undefined): void {
    const kind =
      asked === undefined
        ? 'broken'
        : (asked.reviewed[0]?.outcome.reason ?? asked.malformed[0]?.problem ?? 'unknown');
    this.totals[kind] = (this.totals[kind] ?? 0) + 1;
  }

  /** Some of this round, and one of an earlier, which makes room for one of this. */
  #toReplay({ number }: Round, asked: readonly Remembered[]): readonly Remembered[] {
    const random = new Random(this.#seed, -number - 1);
    const some = asked.filter(() => random.chance(REPLAYED / CASES_EACH));
    const at = random.below(KEPT);
    const earlier = this.#kept[at];
    const [keep] = some;
    if (keep !== undefined) this.#kept[at] = keep;
    return earlier === undefined ? some : [...some, earlier];
  }

  /** The answer has no memory: it is the same in the World that was asked of much else, and in one that is new. */
  #replay({ one, world, asked }: Remembered): void {
    this.replays += 1;
    const answered = (in_: World): unknown => this.#webhook.ask(one.body, in_, one.settings).reply;
    const law = 'the same call has the same answer';
    hold(`${law} later`, isDeepStrictEqual(answered(world), asked.reply));
    const fresh = worldFrom(one.objects);
    hold(`${law} in a new World`, isDeepStrictEqual(answered(fresh), asked.reply));
  }
}

const REFERRED = ['ConfigMap', 'Secret', 'ServiceAccount'] as const;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The text of all that a World gives out. */
const heldBy = (world: World, objects: readonly KubernetesObject[]): string =>
  JSON.stringify([
    world.daemonSets(),
    world.nodes(),
    world.daemonSets().map((one) => world.revisions(one)),
    objects.flatMap((object) => {
      const { namespace, name } = fieldsAt(object, 'metadata');
      return REFERRED.map((kind) => world.find(kind, textOf(namespace), textOf(name)));
    }),
  ]);

/** @returns the law that was broken; whatever else is thrown breaks one as well. */
export function brokenBy(check: () => void): LawBroken | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof LawBroken) return error;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new LawBroken('nothing else fails', text.slice(0, 600));
  }
}
