import { isDeepStrictEqual } from 'node:util';
import type { Pod } from '../../src/core/model/types.js';
import type { Operation } from '../../src/core/patch/operation.js';
import { strictApply } from '../support/strict-patch.js';
import type { Review } from './cluster/workloads.js';
import type { Sample } from './load/messages.js';

/** An answer as the benchmark expects it: what its patch makes of the pod. */
export interface Expected {
  /** In base64, as it came. */
  readonly patch: string;
  readonly pod: Pod;
}

/** How many DaemonSets each pod gets. */
export const INJECTED = 5;

/**
 * Takes the first answer to a review for the right one, after a look at it.
 *
 * @param body what the server answered.
 * @throws unless it allows the pod and adds one container for each of the five DaemonSets, and changes none.
 */
export function expectInjection(body: string, review: Review): Expected {
  const patch = patchIn(body, review.request.uid);
  const pod = applied(patch, review);
  const before = containersIn(review.request.object);
  const after = containersIn(pod);
  const kept = after.filter((container) => before.some((one) => isDeepStrictEqual(one, container)));
  const added = after.length - before.length;
  if (kept.length !== before.length || added !== INJECTED) {
    throw new Error(
      `of ${before.length} containers ${kept.length} stayed and ${added} were added, not ${INJECTED}`,
    );
  }
  return { patch, pod };
}

/** @throws unless the patch makes the expected pod; its operations may stand in another order. */
export function expectSame({ body, uid }: Sample, review: Review, expected: Expected): void {
  const patch = patchIn(body, uid);
  if (patch === expected.patch) return;
  if (!isDeepStrictEqual(applied(patch, review), expected.pod))
    throw new Error('the patch of a later answer is not that of the first one');
}

/** @throws unless the answer has this very patch. */
export function expectPatch({ body, uid }: Sample, patch: string): void {
  if (patchIn(body, uid) !== patch) throw new Error('the patch is not the one that was given');
}

interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patchType?: string;
  readonly patch?: string;
}

function patchIn(body: string, uid: string): string {
  const { response } = JSON.parse(body) as { response: Response };
  const { allowed, patchType, patch } = response;
  if (response.uid !== uid || !allowed || patchType !== 'JSONPatch' || patch === undefined)
    throw new Error(`not an answer with a patch: ${body.slice(0, 500)}`);
  return patch;
}

const applied = (patch: string, { request }: Review): Pod =>
  strictApply(request.object, JSON.parse(Buffer.from(patch, 'base64').toString()) as Operation[]);

const containersIn = ({ spec }: Pod) => [
  ...(spec?.containers ?? []),
  ...(spec?.initContainers ?? []),
];
