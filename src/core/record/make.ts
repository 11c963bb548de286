import { list, map } from '../model/types.js';
import type { Container } from '../model/types.js';
import { metaOf } from '../model/pod.js';
import type { Subject } from '../decide/subject.js';
import type { EnvRewrite } from '../plan/business.js';
import { lastOfEach } from '../plan/business.js';
import type { Part } from '../plan/carry.js';
import type { Plan } from '../plan/plan.js';
import type { InjectionRecord, RecordedContainer, RecordedDaemonSet } from './record.js';
import type { Ours } from './unpick.js';

/** What a record is made of. */
export interface Sources {
  /** The pod as it came. */
  readonly subject: Subject;
  /** The pod without what an earlier pass put into it. */
  readonly base: Subject;
  readonly plan: Plan;
  readonly ours: Ours;
  readonly rewrites: readonly EnvRewrite[];
}

/** The record of a plan. A second pass over its own result makes the same record. */
export function recordOf({ subject, base, plan, ours, rewrites }: Sources): InjectionRecord {
  const taken = map(metaOf(base.pod).annotations);
  const annotations = Object.keys(plan.annotations).filter((key) => !Object.hasOwn(taken, key));
  const env = rewrittenEnv(subject, ours, rewrites);
  return {
    version: 1,
    daemonSets: plan.parts.map((part) => recorded(part, subject)),
    volumes: plan.volumes.map(({ name }) => name),
    ...(annotations.length > 0 ? { annotations } : {}),
    ...(plan.pullSecrets.length > 0 ? { imagePullSecrets: plan.pullSecrets } : {}),
    ...(env.length > 0 ? { env } : {}),
    ...(plan.podResources === undefined ? {} : { resources: plan.podResources }),
    ...(plan.pin.length > 0 || ours.record?.pinned === true ? { pinned: true } : {}),
  };
}

/** One DaemonSet of a record. */
export function recorded({ context, containers }: Part, { facts }: Subject): RecordedDaemonSet {
  const { namespace, name, daemonSet, inits } = context.blueprint;
  const uid = metaOf(daemonSet).uid;
  return {
    namespace,
    name,
    ...(uid === undefined ? {} : { uid }),
    revision: facts.daemonSets.revisionOf(context.blueprint),
    containers: containers.map(({ source, container, placement }): RecordedContainer => {
      const isInit = placement === 'ephemeral' && inits.some((one) => one.name === source);
      const what = { container: source, injectedAs: container.name, placement };
      return isInit ? { ...what, init: true } : what;
    }),
  };
}

/** Variables that are rewritten now, and those that an earlier pass rewrote and that still hold the pod's address. */
function rewrittenEnv(
  { spec }: Subject,
  { record }: Ours,
  rewrites: readonly EnvRewrite[],
): NonNullable<InjectionRecord['env']> {
  const earlier = new Set(
    list(record?.env).flatMap(({ container, names }) =>
      names.map((name) => `${container}/${name}`),
    ),
  );
  if (earlier.size + rewrites.length === 0) return [];
  const now = new Set(rewrites.map((one) => `${one.list}/${one.container}/${one.variable}`));
  return (['initContainers', 'containers'] as const).flatMap((field) =>
    list(spec[field]).flatMap((container, index) => {
      const isNow = (variable: number): boolean => now.has(`${field}/${index}/${variable}`);
      const names = namesIn(container, isNow, earlier);
      return names.length > 0 ? [{ container: container.name, names }] : [];
    }),
  );
}

function namesIn(
  { name: owner, env }: Container,
  isNow: (variable: number) => boolean,
  earlier: ReadonlySet<string>,
): readonly string[] {
  const last = lastOfEach(env);
  return list(env)
    .filter(
      ({ name, valueFrom }, index) =>
        isNow(index) ||
        (last.get(name) === index &&
          earlier.has(`${owner}/${name}`) &&
          (valueFrom?.fieldRef?.fieldPath ?? '').startsWith('status.podIP')),
    )
    .map(({ name }) => name);
}
