import type { Blueprint } from '../decide/blueprint.js';
import type { DaemonSetIndex } from '../facts/daemon-sets.js';
import { canonical } from '../model/text.js';
import { list } from '../model/types.js';
import type { Container } from '../model/types.js';
import { sameImage } from '../record/covers.js';
import type { RecordedDaemonSet } from '../record/record.js';
import type { ContainerStatus, NamedImage, ObservedPod } from './observed.js';
import type { Placeholder } from './placeholder.js';

/** A container of a DaemonSet in a pod. */
export interface Held {
  /** Its name in the DaemonSet. */
  readonly source: string;
  /** Its name in the pod. */
  readonly name: string;
  /** Whether it runs to its end, before the others. */
  readonly isInit: boolean;
  /** Whether it is an ephemeral one, which nothing can change any more. */
  readonly isEphemeral: boolean;
  /** As the pod's spec has it. */
  readonly image: string | undefined;
  /** That of the revision, where it is another one and the container can get it while it runs. */
  readonly wantedImage: string | undefined;
  readonly status: ContainerStatus | undefined;
}

/**
 * How what a pod holds stands to the revision that its node wants: there is nothing to do (`none`), another image brings
 * it there while it runs (`in-place`), or only another pod has it (`outdated`).
 */
export type Lag = 'none' | 'in-place' | 'outdated';

/** What is known of the revisions of a placeholder's DaemonSet. */
export interface Revisions {
  /** The DaemonSet in a pod's record, whether it is to be believed or not. */
  recorded(pod: ObservedPod): RecordedDaemonSet | undefined;
  /** The containers of the DaemonSet in a pod, as far as its record is to be believed; none where it is not. */
  held(pod: ObservedPod): readonly Held[];
  lag(pod: ObservedPod, held: readonly Held[]): Lag;
}

export interface RevisionsOptions {
  /** Whether another amount of resources makes a difference, as it does where they are kept. */
  readonly resources: 'zero' | 'keep';
}

/**
 * Reads the revisions of a placeholder's DaemonSet. Plans are compared, not hashes: where a revision injects the same, as
 * after `rollout restart`, a pod lacks nothing.
 */
export function revisionsOf(
  { daemonSet, revision, owner }: Pick<Placeholder, 'daemonSet' | 'revision' | 'owner'>,
  index: Pick<DaemonSetIndex, 'find' | 'blueprintAt'>,
  { resources }: RevisionsOptions,
): Revisions {
  const present = index.find(daemonSet);
  const at = (hash: string): Blueprint | undefined => present && index.blueprintAt(present, hash);
  const wanted = at(revision);
  const recordIn = (pod: ObservedPod): RecordedDaemonSet | undefined =>
    pod.record?.daemonSets.find(
      ({ namespace, name, uid }) =>
        `${namespace}/${name}` === daemonSet &&
        (uid === undefined || owner?.uid === undefined || uid === owner.uid),
    );
  return {
    recorded: recordIn,
    held: (pod) => {
      const recorded = recordIn(pod);
      const known = recorded ? [at(recorded.revision), wanted, present] : [];
      const held = list(recorded?.containers).flatMap(({ container, injectedAs }) =>
        heldIn(pod, { source: container, name: injectedAs }, { known, wanted }),
      );
      return recorded && held.length > 0 ? [...held, ...comingTo(pod, recorded)] : held;
    },
    lag: (pod, held) => {
      const recorded = recordIn(pod);
      if (recorded === undefined || recorded.revision === revision) return 'none';
      const before = at(recorded.revision);
      if (!before || !wanted) return 'outdated';
      if (planOf(before, resources) !== planOf(wanted, resources)) return 'outdated';
      const behind = held.filter(({ wantedImage }) => wantedImage !== undefined);
      if (behind.some(({ isEphemeral }) => isEphemeral)) return 'outdated';
      return behind.length > 0 ? 'in-place' : 'none';
    },
  };
}

/** Believed is what is there, with an image that a revision of the DaemonSet has. */
export function heldIn(
  { containers, statuses, ephemeral }: ObservedPod,
  { source, name }: Pick<Held, 'source' | 'name'>,
  { known, wanted }: Known,
): readonly Held[] {
  const actual: NamedImage | undefined = containers.get(name);
  const made = known.filter((one) => sameImage(actual?.image, containerOf(one, source)?.image));
  if (!actual || made.length === 0) return [];
  const isInit = made.some((one) => one?.inits.some((init) => init.name === source));
  const image = containerOf(wanted, source)?.image;
  // An init container has done its work, and another image changes nothing of it.
  const wantedImage = isInit || sameImage(actual.image, image) ? undefined : image;
  const isEphemeral = ephemeral.has(name);
  const status = statuses.get(name);
  return [{ source, name, isInit, isEphemeral, image: actual.image, wantedImage, status }];
}

/**
 * The ephemeral containers that a record promises and that are not there: they are added after the init containers have done
 * their work, and until then the DaemonSet is not ready in the pod.
 */
export const comingTo = (
  { containers: present }: Pick<ObservedPod, 'containers'>,
  { containers }: Pick<RecordedDaemonSet, 'containers'>,
): readonly Held[] =>
  containers
    .filter(({ injectedAs, placement }) => placement === 'ephemeral' && !present.has(injectedAs))
    .map(({ container, injectedAs, init }) => ({
      ...{ source: container, name: injectedAs, isInit: init === true, isEphemeral: true },
      ...{ image: undefined, wantedImage: undefined, status: undefined },
    }));

interface Known {
  /** Revisions that may have made a container. */
  readonly known: readonly (Blueprint | undefined)[];
  readonly wanted: Blueprint | undefined;
}

const containerOf = (blueprint: Blueprint | undefined, name: string): Container | undefined =>
  blueprint?.containers.find((one) => one.name === name);

/** All that injection depends on and that cannot be changed in a running pod, as a text. */
function planOf(blueprint: Blueprint, resources: RevisionsOptions['resources']): string {
  const { spec, inits, daemons, usedVolumes, byLabel, isolation, placement } = blueprint;
  const fixed = ({ image: _, resources: __, ...rest }: Container): unknown => rest;
  const amounts = (all: readonly Container[]): unknown =>
    resources === 'keep' ? all.map((one) => one.resources) : [];
  return canonical({
    ...{ byLabel, isolation, placement },
    inits: inits.map(fixed),
    daemons: daemons.map(fixed),
    amounts: amounts(blueprint.containers),
    volumes: list(spec.volumes).filter(({ name }) => usedVolumes.has(name)),
    accounts: [spec.serviceAccountName, spec.securityContext, spec.imagePullSecrets],
  });
}
