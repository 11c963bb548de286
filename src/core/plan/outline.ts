import type { PodWishes } from '../decide/pod-wishes.js';
import type { Subject } from '../decide/subject.js';
import { map } from '../model/types.js';
import type { Container, PodSpec, Volume } from '../model/types.js';
import { metaOf } from '../model/pod.js';
import { isTokenVolume, TOKEN_VOLUME } from './token-volume.js';
import type { Settings } from '../settings.js';
import type { World } from '../world/world.js';

/**
 * All that a plan may know of a pod. Planning is given nothing else, so that pods with equal outlines have equal plans:
 * the pods of one workload are planned once. What a plan comes to depend on has to be put in here first.
 */
export interface Outline {
  readonly namespace: string;
  /** The fields of the pod's spec that planning reads, and of them what it reads. */
  readonly spec: PodSpec;
  /** Keys of annotations that the pod has under `prometheus.io/`. */
  readonly scrape: readonly string[];
  readonly claimVolumes: readonly string[];
  readonly wishes: Omit<PodWishes, 'optIn' | 'namespaceOptsOut' | 'envHostIP'>;
  readonly world: Pick<World, 'namespace' | 'find'>;
  readonly settings: Settings;
}

/** An outline with a text that says all of it, but for World and settings. */
export interface Outlined {
  readonly outline: Outline;
  readonly text: string;
}

export function outlineOf(subject: Subject): Outlined {
  const { namespace, claimVolumes, world, settings } = subject;
  const { startAfter, metricsPorts, isolation, placement } = subject.wishes;
  const own = {
    namespace,
    claimVolumes,
    wishes: { startAfter, metricsPorts, isolation, placement },
    scrape: Object.keys(map(metaOf(subject.pod).annotations)).filter((key) =>
      key.startsWith('prometheus.io/'),
    ),
    spec: outlineOfSpec(subject.spec),
  };
  return { outline: { ...own, world, settings }, text: JSON.stringify(own) };
}

/** A list that is absent, or null, stays so: a patch has to make it first. */
function outlineOfSpec(spec: PodSpec): PodSpec {
  const { securityContext, os, restartPolicy, serviceAccountName, resources } = spec;
  const system = map(spec.nodeSelector)['kubernetes.io/os'];
  return {
    containers: spec.containers?.map(outlineOfContainer),
    initContainers: spec.initContainers?.map(outlineOfContainer),
    ephemeralContainers: spec.ephemeralContainers?.map(({ name }) => ({ name })),
    volumes: spec.volumes?.map(outlineOfVolume),
    imagePullSecrets: spec.imagePullSecrets?.map(({ name = '' }) => ({ name })),
    nodeSelector: system === undefined ? undefined : { 'kubernetes.io/os': system },
    securityContext,
    os,
    restartPolicy,
    serviceAccountName,
    resources,
  } as PodSpec;
}

const outlineOfContainer = ({ name, ports, resources, restartPolicy }: Container): Container =>
  ({ name, ports, resources, restartPolicy }) as Container;

function outlineOfVolume({ name, hostPath }: Volume): Volume {
  if (hostPath) return { name, hostPath };
  return { name: isTokenVolume(name) ? TOKEN_VOLUME : name };
}
