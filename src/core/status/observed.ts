import { INJECTED_READY, RECORD_ANNOTATION } from '../model/annotations.js';
import { defined } from '../model/defined.js';
import { controllerOf, metaOf } from '../model/pod.js';
import { textOf } from '../model/text.js';
import { list, map, valueAt } from '../model/types.js';
import type {
  Container,
  KubernetesObject,
  OwnerReference,
  Pod,
  StringMap,
} from '../model/types.js';
import {
  decodeRecord,
  restartsOf,
  type InjectionRecord,
  type RecordedContainer,
} from '../record/record.js';

/** What a kubelet says of one container; times are in RFC 3339. */
export interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** One of the three. */
export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: Terminated;
}

export interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly finishedAt?: string;
}

/** A condition of a pod or a node. */
export interface Condition {
  readonly type: string;
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** The status of a pod, as far as controllers look at it. */
export interface PodStatus {
  readonly phase?: string;
  readonly startTime?: string;
  readonly conditions?: readonly Condition[] | null;
  readonly containerStatuses?: readonly ContainerStatus[] | null;
  readonly initContainerStatuses?: readonly ContainerStatus[] | null;
  readonly ephemeralContainerStatuses?: readonly ContainerStatus[] | null;
}

/** A container by name; the image is that of the spec. */
export type NamedImage = Pick<Container, 'name' | 'image'>;

/** What every pod has. */
export interface Identity {
  /** "namespace/name". */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly isTerminating: boolean;
  /** Who manages it. */
  readonly owner: OwnerReference | undefined;
}

/** An injected pod, as controllers see it. */
export interface ObservedPod extends Identity {
  /** Empty while it is not bound. */
  readonly node: string;
  readonly labels: Readonly<StringMap>;
  readonly phase: string;
  /** When a kubelet took it, in RFC 3339. */
  readonly startTime: string | undefined;
  /** Containers of all three lists of its spec, by their names. */
  readonly containers: ReadonlyMap<string, NamedImage>;
  /** The names of those that are ephemeral. */
  readonly ephemeral: ReadonlySet<string>;
  readonly statuses: ReadonlyMap<string, ContainerStatus>;
  readonly conditions: readonly Condition[];
  /** By what annotations it says which DaemonSets it wants, whatever their prefix. */
  readonly asks: Readonly<StringMap>;
  /** What its annotation says, which anybody may have written: see `believed`. */
  readonly record: InjectionRecord | undefined;
}

/** Characters of a message that are kept: a program may write some kilobytes before it ends. */
const MESSAGE_LIMIT = 300;

/** A pod reduced to what `observed` reads. */
export function prunedInjected(pod: Pod): KubernetesObject {
  const meta = metaOf(pod);
  const { name, namespace, uid, labels, ownerReferences, deletionTimestamp } = meta;
  const record = valueAt(meta.annotations, RECORD_ANNOTATION);
  const { nodeName, containers, initContainers, ephemeralContainers } = pod.spec ?? {};
  return {
    kind: 'Pod',
    metadata: defined({
      ...{ name, namespace, uid, labels, ownerReferences, deletionTimestamp },
      resourceVersion: meta['resourceVersion'],
      annotations: { ...asksIn(pod), ...(record !== undefined && { [RECORD_ANNOTATION]: record }) },
    }),
    spec: defined({
      nodeName,
      containers: images(containers),
      initContainers: images(initContainers),
      ephemeralContainers: images(ephemeralContainers),
    }),
    status: prunedStatus(statusOf(pod)),
  };
}

/** @param pod as `prunedInjected` leaves it, or a whole one. */
export function observed(pod: Pod): ObservedPod {
  const { nodeName, containers, initContainers, ephemeralContainers } = pod.spec ?? {};
  const status = statusOf(pod);
  const text = valueAt(metaOf(pod).annotations, RECORD_ANNOTATION);
  const record = text === undefined ? undefined : decodeRecord(text);
  const all = [...list(initContainers), ...list(containers), ...list(ephemeralContainers)];
  return {
    ...identityOf(pod),
    node: nodeName ?? '',
    labels: map(metaOf(pod).labels),
    phase: status.phase ?? '',
    startTime: status.startTime,
    containers: new Map(all.map((one) => [one.name, one])),
    ephemeral: new Set(list(ephemeralContainers).map((one) => one.name)),
    statuses: new Map(statusesOf(status, record).map((one) => [one.name, one])),
    conditions: list(status.conditions),
    asks: asksIn(pod),
    record,
  };
}

const asksIn = (pod: Pod): Readonly<StringMap> =>
  Object.fromEntries(
    Object.entries(map(metaOf(pod).annotations)).filter(([key]) => key.endsWith('/ds-injection')),
  );

export function identityOf(pod: Pod): Identity {
  const meta = metaOf(pod);
  const { namespace = '', name = '', uid = '' } = meta;
  return {
    key: `${namespace}/${name}`,
    ...{ namespace, name, uid },
    resourceVersion: textOf(meta['resourceVersion']),
    isTerminating: (meta.deletionTimestamp ?? '') !== '',
    owner: controllerOf(pod),
  };
}

/** The status of a pod, whole or reduced. */
export const statusOf = (pod: KubernetesObject): PodStatus => pod['status'] ?? {};

/** A condition of a pod or a node, by its type. */
export const conditionIn = (
  conditions: readonly Condition[] | null | undefined,
  type: string,
): Condition | undefined => list(conditions).find((one) => one.type === type);

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

/** Whether a pod has ended, or is about to. */
export const isOver = ({ isTerminating, phase }: ObservedPod): boolean =>
  isTerminating || ENDED.has(phase);

/** Whether a pod or a node is ready, as its conditions say. */
export const saysReady = (conditions: readonly Condition[] | null | undefined): boolean =>
  conditionIn(conditions, 'Ready')?.status === 'True';

/** What a pod says of its injected containers; until somebody has said it, of all its containers. */
export const injectedReady = (conditions: readonly Condition[]): Condition | undefined =>
  conditionIn(conditions, INJECTED_READY) ?? conditionIn(conditions, 'ContainersReady');

function statusesOf(
  { initContainerStatuses, containerStatuses, ephemeralContainerStatuses }: PodStatus,
  record: InjectionRecord | undefined,
): readonly ContainerStatus[] {
  const lasting = [...list(initContainerStatuses), ...list(containerStatuses)];
  if (list(ephemeralContainerStatuses).length === 0) return lasting;
  const recorded = new Map(
    list(record?.daemonSets).flatMap(({ containers }) =>
      containers.map((one) => [one.injectedAs, one] as const),
    ),
  );
  const ephemeral = list(ephemeralContainerStatuses).map((one) =>
    ephemeralStatus(one, recorded.get(one.name)),
  );
  return [...lasting, ...ephemeral];
}

/**
 * What a kubelet says of an ephemeral container, as it would be said of another: it is ready while it runs, one that runs to
 * its end when it has done so well, and how often it was started again stands in the record, since each time it is another.
 */
function ephemeralStatus(
  status: ContainerStatus,
  recorded: RecordedContainer | undefined,
): ContainerStatus {
  const { running, terminated } = status.state ?? {};
  const ready = recorded?.init === true ? terminated?.exitCode === 0 : running !== undefined;
  return { ...status, ready, restartCount: recorded === undefined ? 0 : restartsOf(recorded) };
}

const images = (containers: readonly Container[] | null | undefined): NamedImage[] | undefined =>
  containers?.map(({ name, image }) => defined({ name, image }));

function prunedStatus(status: PodStatus): PodStatus {
  return defined({
    phase: status.phase,
    startTime: status.startTime,
    conditions: status.conditions?.map(prunedCondition),
    containerStatuses: status.containerStatuses?.map(prunedContainer),
    initContainerStatuses: status.initContainerStatuses?.map(prunedContainer),
    ephemeralContainerStatuses: status.ephemeralContainerStatuses?.map(prunedContainer),
  });
}

/** Of the words of conditions, only our own are compared. */
const prunedCondition = ({ type, status, reason, message, lastTransitionTime }: Condition) =>
  defined({
    ...{ type, status, reason, lastTransitionTime },
    message: type === INJECTED_READY ? message : undefined,
  });

const prunedContainer = (status: ContainerStatus): ContainerStatus => {
  const { name, image, ready, started, restartCount, state, lastState } = status;
  return defined({
    ...{ name, image, ready, started, restartCount },
    state: state && prunedState(state),
    lastState: lastState?.terminated && { terminated: prunedEnd(lastState.terminated) },
  });
};

function prunedState({ waiting, running, terminated }: ContainerState): ContainerState {
  return defined({
    waiting: waiting && defined({ reason: waiting.reason, message: cut(waiting.message) }),
    running: running && defined({ startedAt: running.startedAt }),
    terminated: terminated && prunedEnd(terminated),
  });
}

const prunedEnd = ({ exitCode, reason, message, finishedAt }: Terminated): Terminated =>
  defined({ exitCode, reason, message: cut(message), finishedAt });

const cut = (message: string | undefined): string | undefined => message?.slice(0, MESSAGE_LIMIT);
