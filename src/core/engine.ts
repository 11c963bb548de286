import type { Outcome } from './outcome.js';
import type { Pod } from './model/types.js';
import type { Settings } from './settings.js';
import type { World } from './world.js';

/** One pod to decide about, as a door of the injector hands it to the engine. */
export interface Request {
  readonly pod: Pod;
  /** The namespace of the request; that of the object may be empty or, in a forged review, another. */
  readonly namespace: string;
  /** Volumes that the pod's controller will add (volumeClaimTemplates); their names are taken. Offline only. */
  readonly claimVolumes?: readonly string[];
}

/**
 * Decides about a pod and says what to change. Pure: the same arguments give the same outcome.
 *
 * @returns the decision with its reasons and a JSON Patch against `request.pod`, which stays untouched.
 */
export function inject(request: Request, world: World, settings: Settings): Outcome {
  throw new Error(`not written yet ${request.namespace} ${String(world)} ${String(settings)}`);
}
