import { handle, type Engine } from '../../../src/admission/handler.js';
import type { ReviewedEvent } from '../../../src/admission/observer.js';
import { load } from '../../../src/config/load.js';
import { settingsOf } from '../../../src/config/settings.js';
import { inject } from '../../../src/core/engine.js';
import type { Pod } from '../../../src/core/model/types.js';
import type { Outcome } from '../../../src/core/outcome.js';
import { applyPatch } from '../../../src/core/patch/apply.js';
import { builtInProfiles } from '../../../src/core/profiles/built-in.js';
import type { Settings } from '../../../src/core/settings.js';
import { worldOf } from '../world.js';
import type { GoldenCase } from './cases.js';
import { reviewOf } from './review.js';

/** An outcome with the pod that it makes. */
export interface Answered {
  readonly outcome: Outcome;
  readonly pod: Pod;
}

/** The way of a case through a door: the pod it is asked about to the answer. */
export type Ask = (pod: Pod) => Outcome;

const camelCase = (flag: string): string =>
  flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The settings that the program would have with the options and profiles of a case. */
export function settingsFor({ config = {}, profiles }: GoldenCase): Settings {
  const flags = Object.fromEntries(
    Object.entries(config).map(([flag, value]) => [camelCase(flag), value]),
  );
  const loaded = load({
    flags: { ...flags, ...(profiles === undefined ? {} : { profiles: 'profiles' }) },
    env: {},
    readFile: () => JSON.stringify(profiles),
  });
  return settingsOf(loaded.config, loaded.profiles, builtInProfiles);
}

/** The pure core as a door; where the request itself is the point, with the webhook's handler before it. */
export function coreDoor(one: GoldenCase): Ask {
  const [world, settings] = [worldOf(one.world), settingsFor(one)];
  const engine: Engine = (request) => inject(request, world, settings);
  return one.request === undefined
    ? (pod) => engine({ pod, namespace: one.namespace })
    : (pod) => handled(reviewOf(one, pod), engine);
}

function handled(review: Readonly<Record<string, unknown>>, engine: Engine): Outcome {
  const outcomes: Outcome[] = [];
  const observe = {
    reviewed: ({ outcome }: ReviewedEvent) => void outcomes.push(outcome),
    malformed: () => undefined,
    failed: () => undefined,
  };
  handle(JSON.stringify(review), { engine, clock: () => 0, observe });
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('the review was malformed');
  return outcome;
}

/** Asks once and applies the patch; where the case says so, lets another webhook change the pod and asks again. */
export function passThrough({ pod, secondPass }: GoldenCase, ask: Ask): Answered {
  const first = answered(pod, ask);
  return secondPass === undefined ? first : answered(applyPatch(first.pod, secondPass), ask);
}

/** One call and the pod that it leaves. */
export function answered(pod: Pod, ask: Ask): Answered {
  const outcome = ask(pod);
  return { outcome, pod: applyPatch(pod, outcome.operations) };
}
