import { parseReview, patched, type Review } from '../../../src/admission/review.js';
import { choose } from '../../../src/core/decide/choose.js';
import { gateFor } from '../../../src/core/decide/gates.js';
import { landingOf, type Landing } from '../../../src/core/decide/landing.js';
import { wishesOf } from '../../../src/core/decide/pod-wishes.js';
import type { Subject } from '../../../src/core/decide/subject.js';
import { inject, type Request } from '../../../src/core/engine.js';
import { factsOf } from '../../../src/core/facts/facts.js';
import { metaOf, specOf } from '../../../src/core/model/pod.js';
import { defined } from '../../../src/core/model/defined.js';
import { findMisfit, podShape } from '../../../src/core/model/shape.js';
import type { DaemonSet, KubernetesObject, Node, Pod } from '../../../src/core/model/types.js';
import { planFor } from '../../../src/core/plan/plan.js';
import { WorldStore } from '../../../src/core/world/store.js';
import { aPlaceholder, settings } from '../../support/builders.js';
import { agents } from '../cluster/agents.js';
import { crowdOf } from '../cluster/crowd.js';
import { daemonSetOf } from '../cluster/daemonsets.js';
import { nodesOf } from '../cluster/nodes.js';
import { reviewsOf } from '../cluster/workloads.js';

/** How big a World is, as in `npm run bench -- scale`. */
interface Size {
  readonly nodes: number;
  readonly daemonSets: number;
  /** In what state the placeholders of the virtual nodes are; without it, there are none, and no revisions. */
  readonly rollout?: 'settled' | 'under_way';
}

/** The steps of one review, each to be done again and again. The names are what benchmarks and tests call them. */
export interface Stages {
  /** Reads the body as JSON: what no webhook can do without, and the measure of all else. */
  readonly parse: () => unknown;
  /** Looks at the types of the pod. */
  readonly check: () => unknown;
  /** Finds out whether the pod is to be injected, where it lands, and which DaemonSets it gets. */
  readonly decide: () => unknown;
  /** Plans for a pod of a workload of which there was one before. */
  readonly plan: () => unknown;
  /** Plans for the first pod of a workload. */
  readonly planAnew: () => unknown;
  /** Writes patch and answer. */
  readonly write: () => unknown;
  /** All that the engine does: check, decide, plan, patch. */
  readonly inject: () => unknown;
}

/** The steps of a review of 8 KB into whose pod five DaemonSets go. */
export function stagesOf({ nodes, daemonSets, rollout }: Size): Stages {
  const all = [...agents().map(daemonSetOf), ...crowdOf(daemonSets - agents().length)];
  const virtual = Math.max(1, nodes / 10);
  const world = new WorldStore([...nodesOf(nodes, virtual), ...all]);
  const steps = rollout === undefined ? [] : rolloutOf(world, agents().map(daemonSetOf), virtual);
  const [first] = reviewsOf(8, 1);
  const body = JSON.stringify(first);
  const review = parseReview(body) as Review;
  const request: Request = {
    pod: review.request.object as Pod,
    namespace: review.request.namespace,
  };
  const own = settings({ placeholders: rollout !== undefined });
  const subject = subjectOf(request, world, own);
  const landing = landingOf(subject) as Landing;
  const { chosen } = choose(subject, landing.fitting, false);
  const outcome = inject(request, world, own);
  if (outcome.daemonSets.filter(({ decision }) => decision === 'inject').length !== 5)
    throw new Error(`five DaemonSets should go into the pod, not: ${JSON.stringify(outcome)}`);
  let turn = 0;
  return {
    parse: () => JSON.parse(body) as unknown,
    check: () => findMisfit(request.pod, podShape),
    decide: () => decide(subjectOf(request, world, own)),
    plan: () => planFor(subject, landing, chosen),
    planAnew: () => {
      turn += 1;
      const claimVolumes = [`claim-${turn}`];
      return planFor({ ...subject, claimVolumes }, landing, chosen);
    },
    write: () => patched(review, outcome),
    inject: () => {
      if (rollout === 'under_way') world.put(nextOf(steps));
      return inject(request, world, own);
    },
  };
}

/**
 * Gives DaemonSets two revisions, and each virtual node a placeholder of the newer one.
 *
 * @returns the placeholders as they would be replaced one after the other, from the older revision to the newer.
 */
function rolloutOf(
  world: WorldStore,
  daemonSets: readonly DaemonSet[],
  virtual: number,
): KubernetesObject[] {
  return daemonSets.flatMap((daemonSet) => {
    for (const revision of revisionsOf(daemonSet)) world.put(revision);
    return nodesOf(virtual, virtual).flatMap((node) => {
      const [older, newer] = [
        placeholderOf(daemonSet, node, 'old'),
        placeholderOf(daemonSet, node, 'new'),
      ];
      world.put(newer);
      return [older, newer];
    });
  });
}

const placeholderOf = ({ metadata }: DaemonSet, node: Node, revision: string): Pod =>
  aPlaceholder({
    node: metaOf(node).name ?? '',
    revision,
    owner: defined({ name: metadata?.name }),
    pod: { metadata: defined({ namespace: metadata?.namespace }) },
  });

const revisionsOf = ({ metadata, spec }: DaemonSet): readonly KubernetesObject[] => {
  const { name = '', namespace = '' } = metadata ?? {};
  const templates = { old: olderThan({ ...spec?.template }), new: { ...spec?.template } };
  return Object.entries(templates).map(([hash, template], revision) => ({
    kind: 'ControllerRevision',
    metadata: {
      ...{ name: `${name}-${hash}`, namespace },
      labels: { 'controller-revision-hash': hash },
      annotations: { 'ds-injector.io/proven': 'true' },
      ownerReferences: [{ kind: 'DaemonSet', name }],
    },
    revision,
    data: { spec: { template } },
  }));
};

const olderThan = (template: object): object => ({
  ...template,
  metadata: { labels: { old: '' } },
});

/** The first, which becomes the last. */
function nextOf(steps: KubernetesObject[]): KubernetesObject {
  const [first = {}] = steps.splice(0, 1);
  steps.push(first);
  return first;
}

const subjectOf = (
  { pod, namespace }: Request,
  world: WorldStore,
  own: Subject['settings'],
): Subject => ({
  pod,
  spec: specOf(pod),
  namespace,
  claimVolumes: [],
  wishes: wishesOf(pod, world.namespace(namespace), own.annotationPrefixes, () => undefined),
  world,
  facts: factsOf(world, own),
  settings: own,
});

function decide(subject: Subject): unknown {
  const gate = gateFor(subject);
  const landing = gate ?? landingOf(subject);
  return typeof landing === 'string' ? landing : choose(subject, landing.fitting, false);
}
