import type { Pod, PodSpec } from '../model/types.js';
import { specOf } from '../model/pod.js';
import type { Facts } from '../facts/facts.js';
import type { Settings } from '../settings.js';
import type { World } from '../world/world.js';
import type { PodWishes } from './pod-wishes.js';

/** Everything that a decision about one pod depends on. */
export interface Subject {
  readonly pod: Pod;
  readonly spec: PodSpec;
  readonly namespace: string;
  readonly claimVolumes: readonly string[];
  readonly wishes: PodWishes;
  readonly world: World;
  readonly facts: Facts;
  readonly settings: Settings;
}

/** The same subject with another pod in its place; used to look at an injected pod without what was injected. */
export const withPod = (subject: Subject, pod: Pod): Subject => ({
  ...subject,
  pod,
  spec: specOf(pod),
});
