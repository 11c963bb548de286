import { DEEPEST, isDeeper } from '../model/depth.js';
import { daemonSetShape, findMisfit } from '../model/shape.js';
import { textOf } from '../model/text.js';
import { list } from '../model/types.js';
import type { Container, DaemonSet, PodSpec, PodTemplate, StringMap } from '../model/types.js';
import { isNativeSidecar, metaOf, operatingSystemOf, specOf } from '../model/pod.js';
import type { Warning } from '../outcome.js';
import { asDaemonPod } from '../scheduling/fit.js';
import type { Reader } from './marks.js';
import type { Mounted } from './mounted.js';
import { mountsIn, usedVolumes } from './mounted.js';
import { oneOf, parseBoolean, parseLabels, parseShare, read, readOwn } from './marks.js';

/** A DaemonSet as injection sees it, read once and not for each pod. */
export interface Blueprint {
  readonly namespace: string;
  readonly name: string;
  /** "namespace/name". */
  readonly key: string;
  readonly daemonSet: DaemonSet;
  readonly template: PodTemplate;
  readonly spec: PodSpec;
  readonly marked: boolean;
  /** The path and expectation of the first field that does not fit; a malformed DaemonSet is never injected. */
  readonly misfit: string | undefined;
  readonly byLabel: Readonly<StringMap>;
  /** The part of a node's injected pods that an update may change at once, from 0 to 1. */
  readonly rate: number;
  readonly isolation: 'sidecar' | 'ephemeral' | undefined;
  /** Whether its init containers may hold the pod before they have proven themselves. */
  readonly gatesInits: boolean;
  readonly placement: 'native' | 'plain' | undefined;
  /** Whether it goes into pods as ephemeral containers; see `DaemonSetIndex.asEphemeral`. */
  readonly ephemeral: boolean;
  /** Init containers that run to their end. */
  readonly inits: readonly Container[];
  /** Containers that keep running, native sidecars of the DaemonSet among them. */
  readonly daemons: readonly Container[];
  /** Both. */
  readonly containers: readonly Container[];
  readonly mounts: readonly Mounted[];
  /** Names of the volumes that a container mounts or reads a variable from. */
  readonly usedVolumes: ReadonlySet<string>;
  /** The template as the scheduler gets it from the DaemonSet controller. */
  readonly daemonPod: PodSpec;
  /** The operating system that it is for. */
  readonly system: string;
  readonly warnings: readonly Warning[];
}

const RATE = 0.1;

/**
 * Reads a DaemonSet.
 *
 * @param template another revision's template than the DaemonSet's own.
 */
export function blueprintOf(
  daemonSet: DaemonSet,
  prefixes: readonly string[],
  template: PodTemplate = daemonSet.spec?.template ?? {},
): Blueprint {
  const { namespace, name, key } = namesOf(daemonSet);
  const misfit = misfitOf(daemonSet, template);
  const warnings: Warning[] = [];
  const reader: Reader = {
    // The template first, as in seed 001, then the DaemonSet's own metadata.
    sources: [template, daemonSet].map(annotationsOf),
    prefixes,
    owner: `DaemonSet ${key}`,
    warn: (warning) => warnings.push(warning),
  };
  const spec = misfit === undefined ? specOf(template) : {};
  const inits = list(spec.initContainers).filter((container) => !isNativeSidecar(container));
  const daemons = [...list(spec.initContainers).filter(isNativeSidecar), ...list(spec.containers)];
  const containers = [...inits, ...daemons];
  return {
    namespace,
    name,
    key,
    daemonSet,
    template,
    spec,
    marked: read(reader, 'ds-injection', parseBoolean) === true,
    misfit,
    byLabel: read(reader, 'ds-inject-by-label', parseLabels) ?? {},
    rate: read(reader, 'ds-inject-rate', parseShare) ?? RATE,
    isolation: readOwn(reader, 'isolation', oneOf('sidecar', 'ephemeral')),
    gatesInits: readOwn(reader, 'init', oneOf('gate')) === 'gate',
    placement: readOwn(reader, 'placement', oneOf('native', 'plain')),
    ephemeral: false,
    inits,
    daemons,
    containers,
    mounts: mountsIn(spec, containers),
    usedVolumes: usedVolumes(containers),
    daemonPod: asDaemonPod(spec),
    system: operatingSystemOf(spec),
    warnings,
  };
}

/** What a DaemonSet is called; as text even where a file has something else there. */
export function namesOf(daemonSet: DaemonSet): Pick<Blueprint, 'namespace' | 'name' | 'key'> {
  const meta = metaOf(daemonSet);
  const [namespace, name] = [textOf(meta.namespace ?? 'default'), textOf(meta.name)];
  return { namespace, name, key: `${namespace}/${name}` };
}

/** Whoever looks at all of a template, as at a fingerprint of it, would not come back from the depths. */
const misfitOf = (daemonSet: DaemonSet, template: PodTemplate): string | undefined =>
  isDeeper(template, DEEPEST)
    ? `.spec.template is nested deeper than ${DEEPEST} levels`
    : findMisfit({ ...daemonSet, spec: { template } }, daemonSetShape);

/** Annotations even of a malformed object, so that a marked DaemonSet is reported and not passed over. */
function annotationsOf(object: { metadata?: unknown }): Readonly<StringMap> {
  const annotations = (object.metadata as { annotations?: unknown } | undefined)?.annotations;
  if (typeof annotations !== 'object' || annotations === null) return {};
  return Object.fromEntries(
    Object.entries(annotations).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
