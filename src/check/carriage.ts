import type { Blueprint } from '../core/decide/blueprint.js';
import type { WarningCode } from '../core/decide/reasons.js';
import type { NodeClass } from '../core/facts/nodes.js';
import { metaOf } from '../core/model/pod.js';
import type { Pod } from '../core/model/types.js';
import type { Outcome } from '../core/outcome.js';

/** What becomes of a marked DaemonSet on the virtual nodes. */
export interface Carriage {
  readonly name: string;
  /** On how many nodes an ordinary pod gets it. */
  readonly carried: number;
  readonly nodes: number;
  /** Why not, with an example of a node; each reason once. */
  readonly refusals: ReadonlyMap<string, string>;
  /** What cannot be had of it on a virtual node. */
  readonly changes: ReadonlySet<string>;
}

/** How a pod is judged. */
export interface Judge {
  /** The engine, in this cluster, for a pod of a namespace that wishes nothing. */
  readonly ask: (pod: Pod) => Outcome;
  /** The prefix of the annotations that it reads. */
  readonly prefix: string;
}

/** Asks the engine about an ordinary pod on a node of each class, which wants this DaemonSet alone. */
export function carriageOf(
  blueprint: Blueprint,
  classes: readonly NodeClass[],
  { ask, prefix }: Judge,
): Carriage {
  const refusals = new Map<string, string>();
  const changes = new Set<string>();
  let [carried, nodes] = [0, 0];
  for (const nodeClass of classes) {
    const node = metaOf(nodeClass.sample).name ?? '';
    const outcome = ask(sampleFor(blueprint, node, prefix));
    const refusal = refusalIn(outcome, blueprint);
    nodes += nodeClass.nodes.size;
    if (refusal === undefined) carried += nodeClass.nodes.size;
    else if (!refusals.has(refusal)) refusals.set(refusal, node);
    for (const { code } of outcome.warnings) if (!UNSEEN.has(code)) changes.add(code);
  }
  return { name: blueprint.key, carried, nodes, refusals, changes };
}

/** Said because ConfigMaps, Secrets and ServiceAccounts are not looked at here. */
const UNSEEN: ReadonlySet<WarningCode> = new Set([
  'config_assumed',
  'config_key_missing',
  'service_account_assumed',
]);

function refusalIn(outcome: Outcome, { namespace, name }: Blueprint): string | undefined {
  const verdict = outcome.daemonSets.find(
    (one) => one.namespace === namespace && one.name === name,
  );
  if (verdict?.decision === 'inject') return undefined;
  const { reason, detail = '' } = verdict ?? outcome;
  return detail === '' ? reason : `${reason} (${detail})`;
}

/** An ordinary pod that has what the DaemonSet asks of pods. */
const sampleFor = ({ key, byLabel, system }: Blueprint, nodeName: string, prefix: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    generateName: 'sample-',
    labels: { ...byLabel },
    annotations: { [`${prefix}ds-injection`]: key },
  },
  spec: {
    nodeName,
    os: { name: system },
    containers: [{ name: 'ds-injector-sample', image: 'sample' }],
  },
});
