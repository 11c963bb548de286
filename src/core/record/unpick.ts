import { INJECTED_LABEL, RECORD_ANNOTATION } from '../model/annotations.js';
import { list, map } from '../model/types.js';
import type { Container, Pod, PodSpec, ResourceRequirements, Volume } from '../model/types.js';
import { allContainers, metaOf, specOf } from '../model/pod.js';
import type { Blueprint } from '../decide/blueprint.js';
import type { Landing } from '../decide/landing.js';
import type { Subject } from '../decide/subject.js';
import { withPod } from '../decide/subject.js';
import { listOf } from '../plan/mode.js';
import type { Plan } from '../plan/plan.js';
import { COMPUTE } from '../plan/qos.js';
import { planRegardless } from '../plan/plan.js';
import type { Part, PlannedContainer } from '../plan/carry.js';
import { covers, sameImage } from './covers.js';
import type { InjectionRecord, RecordedDaemonSet } from './record.js';
import { decodeRecord, isEphemeral } from './record.js';

/** What of a pod is ours: the part of its record that is believed. */
export interface Ours {
  readonly containers: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  /** With the values that were planned; somebody may have changed them since. */
  readonly annotations: ReadonlyMap<string, string>;
  readonly pullSecrets: ReadonlySet<string>;
  readonly resources: boolean;
  /** The record itself, while at least one of its containers is believed. */
  readonly record: InjectionRecord | undefined;
  /** Whether the record names containers that are not what the injector would have made. */
  readonly doubted: boolean;
}

/** What is ours in a pod that nobody injected. */
export const NOTHING: Ours = {
  containers: new Set(),
  volumes: new Set(),
  annotations: new Map(),
  pullSecrets: new Set(),
  resources: false,
  record: undefined,
  doubted: false,
};

/**
 * Finds out what an earlier pass put into a pod.
 *
 * A record is believed only for containers that equal what the revisions named in it produce. All else stays in the
 * pod as the user's, so a forged or copied record can remove nothing. Nor is one believed that leaves no container for
 * the user: the pod would have none.
 */
export function oursIn(subject: Subject, landing: Landing): Ours {
  const text = map(metaOf(subject.pod).annotations)[RECORD_ANNOTATION];
  if (text === undefined) return NOTHING;
  const record = decodeRecord(text);
  if (record === undefined) return { ...NOTHING, doubted: true };
  const claimed: Ours = {
    containers: new Set(
      record.daemonSets.flatMap(({ containers }) => containers.map((one) => one.injectedAs)),
    ),
    volumes: new Set(record.volumes),
    annotations: new Map(list(record.annotations).map((key) => [key, ''])),
    pullSecrets: new Set(record.imagePullSecrets),
    resources: record.resources !== undefined && holds(specOf(subject.pod), record.resources),
    record,
    doubted: false,
  };
  const without = withPod(subject, withoutOurs(subject.pod, claimed));
  const blueprints = recordedBlueprints(record, subject);
  return believed(claimed, planRegardless(without, landing, blueprints), subject);
}

/** The readings of the DaemonSets that a record names, of those revisions, as far as the World has them. */
export const recordedBlueprints = (
  { daemonSets }: InjectionRecord,
  subject: Subject,
): readonly Blueprint[] => daemonSets.flatMap((recorded) => blueprintFor(recorded, subject));

function blueprintFor(
  recorded: RecordedDaemonSet,
  { facts }: Subject,
): Blueprint | readonly Blueprint[] {
  const { namespace, name, uid, revision } = recorded;
  const present = facts.daemonSets.find(`${namespace}/${name}`);
  if (present === undefined) return [];
  const actual = metaOf(present.daemonSet).uid;
  if (uid !== undefined && actual !== undefined && uid !== actual) return [];
  const blueprint = facts.daemonSets.blueprintAt(present, revision);
  if (blueprint === undefined) return [];
  return isEphemeral(recorded) ? facts.daemonSets.asEphemeral(blueprint) : blueprint;
}

function believed(claimed: Ours, plan: Plan, { pod }: Subject): Ours {
  const planned = plan.parts
    .flatMap(({ containers }) => containers)
    .filter(({ slot }) => slot !== 'ephemeral');
  const { ephemeralContainers: _, ...lasting } = specOf(pod);
  const names = allContainers(lasting).map(nameOf);
  const containers = new Set(
    planned
      .filter(({ container: { name } }) => claimed.containers.has(name))
      .filter((one) => isAsPlanned(pod, one, claimed))
      .map(({ container }) => container.name),
  );
  // A container that is gone is no reason for doubt: another webhook may have taken it out.
  const doubted = names.some((name) => claimed.containers.has(name) && !containers.has(name));
  const business = list(specOf(pod).containers).filter(({ name }) => !containers.has(name));
  if (business.length === 0) return { ...NOTHING, doubted: true };
  const volumes = new Map(list(specOf(pod).volumes).map((volume) => [volume.name, volume]));
  if (containers.size === 0 && !isPromise(plan, volumes)) {
    return { ...NOTHING, doubted: doubted || plan.parts.some(isLate) };
  }
  const annotations = map(metaOf(pod).annotations);
  return {
    containers,
    volumes: among(
      claimed.volumes,
      plan.volumes.filter((one) => covers(volumes.get(one.name), one)).map(nameOf),
    ),
    annotations: new Map(
      Object.entries(plan.annotations).filter(
        ([key]) => claimed.annotations.has(key) && Object.hasOwn(annotations, key),
      ),
    ),
    pullSecrets: among(claimed.pullSecrets, plan.pullSecrets),
    resources: claimed.resources,
    record: claimed.record,
    doubted,
  };
}

/**
 * Whether a pod has what admission gives to one that gets ephemeral containers later on: their volumes, and nothing else. A
 * record that says so without need is believed as well, but nothing of the user's can be taken away by it.
 */
const isPromise = ({ parts, volumes }: Plan, actual: ReadonlyMap<string, Volume>): boolean =>
  parts.some(isLate) && volumes.every((one) => covers(actual.get(one.name), one));

const isLate = ({ context }: Part): boolean => context.blueprint.ephemeral;

const nameOf = ({ name }: { name: string }): string => name;

const among = (claimed: ReadonlySet<string>, planned: readonly string[]): ReadonlySet<string> =>
  new Set(planned.filter((one) => claimed.has(one)));

/** Whether a pod has the amounts that a record says were added. */
const holds = (
  { resources }: PodSpec,
  amounts: NonNullable<InjectionRecord['resources']>,
): boolean => covers(resources, { requests: amounts, limits: amounts });

/**
 * Name, place, image and mounts decide; other webhooks may have added variables and mounts, or another registry to the
 * image.
 */
function isAsPlanned(pod: Pod, { container, slot }: PlannedContainer, claimed: Ours): boolean {
  const actual = list(specOf(pod)[listOf(slot)]).find(({ name }) => name === container.name);
  return (
    actual !== undefined &&
    isSameProgram(actual, container) &&
    hasMounts(actual, container, claimed.volumes) &&
    actual.restartPolicy === container.restartPolicy
  );
}

/** Another registry and another command together are another program. */
const isSameProgram = (actual: Container, planned: Container): boolean =>
  actual.image === planned.image ||
  (sameImage(actual.image, planned.image) &&
    sameTexts(actual.command, planned.command) &&
    sameTexts(actual.args, planned.args));

const sameTexts = (
  a: readonly string[] | null | undefined,
  b: readonly string[] | null | undefined,
): boolean => list(a).join('\n') === list(b).join('\n');

/**
 * Each planned mount is there. It may still be of a volume that we added, where the plan by now has one that another
 * webhook gave the business at the same path.
 */
const hasMounts = (actual: Container, planned: Container, volumes: ReadonlySet<string>): boolean =>
  list(planned.volumeMounts).every((mount) =>
    list(actual.volumeMounts).some(
      (other) =>
        other.mountPath === mount.mountPath && (volumes.has(other.name) || covers(other, mount)),
    ),
  );

/** The pod as it was before anything was injected. */
export function withoutOurs(pod: Pod, ours: Ours): Pod {
  if (!bearsMarks(pod)) return pod;
  const spec = specOf(pod);
  const { [RECORD_ANNOTATION]: _, ...annotations } = map(metaOf(pod).annotations);
  const { [INJECTED_LABEL]: __, ...labels } = map(metaOf(pod).labels);
  const { resources: all, ephemeralContainers, ...rest } = spec;
  const resources = ours.resources ? withoutAmounts(all) : all;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels,
      annotations: Object.fromEntries(
        Object.entries(annotations).filter(([key]) => !ours.annotations.has(key)),
      ),
    },
    spec: {
      ...rest,
      // They were not there when the pod was made; which of them are ours is a matter of src/core/late.
      ...(ephemeralContainers && ours.record === undefined ? { ephemeralContainers } : {}),
      ...(resources === undefined ? {} : { resources }),
      containers: others(spec.containers, ours),
      initContainers: others(spec.initContainers, ours),
      volumes: list(spec.volumes).filter(({ name }) => !ours.volumes.has(name)),
      imagePullSecrets: list(spec.imagePullSecrets).filter(
        ({ name }) => !ours.pullSecrets.has(name ?? ''),
      ),
    },
  };
}

/** Nothing can be ours in a pod that bears neither record nor label. */
export const bearsMarks = (pod: Pod): boolean =>
  RECORD_ANNOTATION in map(metaOf(pod).annotations) || INJECTED_LABEL in map(metaOf(pod).labels);

/** What else a pod may ask for as a whole, as huge pages; undefined for nothing. */
export function withoutAmounts(resources: PodSpec['resources']): ResourceRequirements | undefined {
  const rest = Object.fromEntries(
    Object.entries(resources ?? {}).map(([field, amounts]) => [field, withoutCompute(amounts)]),
  );
  const isEmpty = Object.values(rest).every((amounts) => Object.keys(amounts).length === 0);
  return isEmpty ? undefined : rest;
}

const withoutCompute = (amounts: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((amounts ?? {}) as Record<string, string>).filter(
      ([name]) => !(COMPUTE as readonly string[]).includes(name),
    ),
  );

const others = (containers: readonly Container[] | null | undefined, ours: Ours): Container[] =>
  list(containers).filter(({ name }) => !ours.containers.has(name));
