import type { Settings } from '../../src/core/settings.js';
import { settings as defaults } from '../support/builders.js';
import { copyOf, isFields, isList, type Fields } from './json.js';
import { brokenBy } from './session.js';
import { judge } from './judge.js';
import { worldFrom, type FuzzCase } from './rounds.js';
import { Webhook } from './webhook.js';

/** A case as it is written to a file: everything that its answer depends on, and nothing else. */
export interface Reproduction {
  /** What differs from the settings without any option. */
  readonly settings: Partial<Settings>;
  readonly world: readonly unknown[];
  /** The body as JSON, where it is JSON; else its bytes in base64. */
  readonly review?: unknown;
  readonly bodyBase64?: string;
}

/** One for all attempts: each has metrics of the process of its own, which cost more than a case. */
const webhook = new Webhook();

/** The law that a reproduction breaks, with what tells one way to break it from another. */
export interface Broken {
  readonly law: string;
  readonly detail: string;
}

/** @returns undefined where all laws hold for the case in a World of its own. */
export function replay(reproduction: Reproduction): Broken | undefined {
  const one = caseOf(reproduction);
  const broken = brokenBy(() => {
    judge(one, worldFrom(one.objects), webhook);
  });
  return broken === undefined ? undefined : { law: broken.law, detail: broken.message };
}

function caseOf({ settings, world, review, bodyBase64 }: Reproduction): FuzzCase {
  const body =
    bodyBase64 === undefined
      ? Buffer.from(JSON.stringify(review))
      : Buffer.from(bodyBase64, 'base64');
  return {
    objects: world as FuzzCase['objects'],
    settings: defaults(settings),
    body,
    ofBytes: bodyBase64 !== undefined,
  };
}

/** Each attempt is one case; this many take seconds. */
const MOST_ATTEMPTS = 4000;

/** The case with as much left out as can be without it breaking another law, or none. */
export function reduced(one: FuzzCase): Reproduction {
  const whole = written(one);
  const wanted = signatureOf(replay(whole));
  if (wanted === undefined) return whole;
  let attempts = 0;
  const fails = (candidate: Reproduction): boolean => {
    attempts += 1;
    return attempts <= MOST_ATTEMPTS && signatureOf(replay(candidate)) === wanted;
  };
  let smallest = whole;
  for (;;) {
    const smaller = oneSweep(smallest, fails);
    if (JSON.stringify(smaller).length >= JSON.stringify(smallest).length) return smallest;
    smallest = smaller;
  }
}

/** By the law and the place in the program, without what differs from case to case. */
export const signatureOf = (broken: Broken | undefined): string | undefined =>
  broken &&
  `${broken.law} ${/(?:src|test)\/[\w./-]+\.ts:\d+/.exec(broken.detail)?.[0] ?? ''}`.trim();

function written({ settings, objects, body }: FuzzCase): Reproduction {
  const usual = defaults();
  const changed = Object.entries(settings).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify((usual as unknown as Fields)[key]),
  );
  const common = { settings: Object.fromEntries(changed) as Partial<Settings>, world: objects };
  try {
    const review = JSON.parse(body.toString()) as unknown;
    const asJson = { ...common, review };
    if (replay(asJson) !== undefined) return asJson;
  } catch {
    // Then only its bytes tell what it is.
  }
  return { ...common, bodyBase64: body.toString('base64') };
}

type Fails = (candidate: Reproduction) => boolean;

/** Tries once to leave out each part, the large ones first. */
function oneSweep(start: Reproduction, fails: Fails): Reproduction {
  let best = start;
  for (const path of pathsIn(start)) {
    const candidate = without(best, path);
    if (candidate !== undefined && fails(candidate)) best = candidate;
  }
  return best;
}

type Path = readonly string[];

/** Every place below the top, upper levels first; in a list from its end, so that indexes stay right. */
function pathsIn(reproduction: Reproduction): readonly Path[] {
  const paths: Path[] = [];
  const queue: { value: unknown; path: Path }[] = [{ value: reproduction, path: [] }];
  for (const { value, path } of queue) {
    if (!isFields(value) && !isList(value)) continue;
    for (const key of Object.keys(value).reverse()) {
      const inner = [...path, key];
      if (path.length > 0) paths.push(inner);
      queue.push({ value: (value as Fields)[key], path: inner });
    }
  }
  return paths;
}

function without(reproduction: Reproduction, path: Path): Reproduction | undefined {
  const copy = copyOf(reproduction);
  const parent = path
    .slice(0, -1)
    .reduce<unknown>(
      (at, key) => (isFields(at) || isList(at) ? (at as Fields)[key] : undefined),
      copy,
    );
  const key = path.at(-1) ?? '';
  if (isList(parent) && Number(key) < parent.length) parent.splice(Number(key), 1);
  else if (isFields(parent) && Object.hasOwn(parent, key)) Reflect.deleteProperty(parent, key);
  else return undefined;
  return copy;
}
