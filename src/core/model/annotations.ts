import type { StringMap } from './types.js';

/** Keys that Tencent does not know live under this prefix only, as do the record and the label. */
export const OWN_PREFIX = 'ds-injector.io/';

/** The record of what was injected; its schema is in docs/record.md. */
export const RECORD_ANNOTATION = `${OWN_PREFIX}record`;

/** Marks an injected pod, so that it can be selected. */
export const INJECTED_LABEL = `${OWN_PREFIX}injected`;

/** The scheduling gate that keeps a placeholder from ever being placed: nothing starts it, nobody bills it. */
export const PLACEHOLDER_GATE = `${OWN_PREFIX}placeholder`;

/** Marks a placeholder, so that it can be selected. */
export const PLACEHOLDER_LABEL = `${OWN_PREFIX}placeholder`;

/** On placeholders: what becomes of their DaemonSet on their node, in one line of JSON. */
export const SUMMARY_ANNOTATION = `${OWN_PREFIX}summary`;

/** On placeholders that their controller should look at again: why, in JSON. */
export const NUDGE_ANNOTATION = `${OWN_PREFIX}nudge`;

/** The condition of an injected pod that says whether all that was injected is ready. */
export const INJECTED_READY = `${OWN_PREFIX}InjectedContainersReady`;

/** On a ControllerRevision, "true": its containers have been ready on a virtual node. Written by the leader. */
export const PROVEN_ANNOTATION = `${OWN_PREFIX}proven`;

/** On a ControllerRevision: why it is not injected any more, in a few words. Written by the leader. */
export const BROKEN_ANNOTATION = `${OWN_PREFIX}broken`;

/** The label by which Kubernetes says of which revision a pod of a DaemonSet, or a ControllerRevision, is. */
export const REVISION_LABEL = 'controller-revision-hash';

/** Where an annotation was found and what it says. */
export interface Found {
  readonly key: string;
  readonly value: string;
}

/**
 * Looks a key up under the configured prefixes.
 *
 * @param sources the annotations to look at, most specific first: the first that has the key wins.
 * @param prefixes prefixes with their slash; within one source the first that is present wins.
 */
export function findAnnotation(
  sources: readonly Readonly<StringMap>[],
  prefixes: readonly string[],
  key: string,
): Found | undefined {
  for (const annotations of sources) {
    for (const prefix of prefixes) {
      const value = annotations[prefix + key];
      if (value !== undefined) return { key: prefix + key, value };
    }
  }
  return undefined;
}
