import { INJECTED_LABEL, RECORD_ANNOTATION } from '../../../src/core/model/annotations.js';
import { list } from '../../../src/core/model/types.js';
import type { Container, Pod, PodSpec, StringMap } from '../../../src/core/model/types.js';
import type { Outcome } from '../../../src/core/outcome.js';
import { sameImage } from '../../../src/core/record/covers.js';
import { decodeRecord } from '../../../src/core/record/record.js';
import type { Settings } from '../../../src/core/settings.js';
import type { World } from '../../../src/core/world/world.js';
import { hold, holdSame } from './law.js';

/** One pod before and after, and what may have to do with the difference. */
export interface Passage {
  readonly before: Pod;
  readonly after: Pod;
  readonly outcome: Outcome;
  readonly world: World;
  readonly settings: Settings;
}

/** What an earlier pass may have added to the pod that came: by its record, which anybody may have written. */
interface Earlier {
  readonly containers: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  readonly pullSecrets: ReadonlySet<string>;
  readonly annotations: ReadonlySet<string>;
  readonly resources: boolean;
  readonly env: boolean;
}

/** Takes off what may be added and what an earlier pass may have added; what is left must be what was sent, in its order. */
export function expectBusinessUntouched(passage: Passage): void {
  const earlier = earlierIn(passage);
  const [old, now] = [passage.before.spec ?? {}, passage.after.spec ?? {}];
  expectContainersKept(passage, earlier);
  const came = new Set(list(old.volumes).map(({ name }) => name));
  const kept = (spec: PodSpec): unknown =>
    list(spec.volumes).filter(({ name }) => came.has(name) && !earlier.volumes.has(name));
  holdSame('the volumes that came stay', kept(now), kept(old));
  if (earlier.pullSecrets.size === 0) {
    const secrets = list(old.imagePullSecrets);
    const first = list(now.imagePullSecrets).slice(0, secrets.length);
    holdSame('the pull secrets that came stay', first, secrets);
  }
  expectResourcesKept(old, now, earlier);
  expectAffinityKept(old, now, passage.settings);
  holdSame('every other field stays, known or not', otherFields(now), otherFields(old));
  expectMetadataKept(passage, earlier);
}

/** A container can only be ours if its image is one of a DaemonSet or of one of its revisions. */
function earlierIn({ before, world }: Passage): Earlier {
  const text = before.metadata?.annotations?.[RECORD_ANNOTATION];
  const record = text === undefined ? undefined : decodeRecord(text);
  if (record === undefined) return NOTHING;
  const claimed = record.daemonSets.flatMap(({ containers }) =>
    containers.map(({ injectedAs }) => injectedAs),
  );
  const images = imagesIn(world);
  const believable = (name: string): boolean =>
    everyContainer(before.spec ?? {})
      .filter((container) => container.name === name)
      .every(({ image }) => images.some((one) => sameImage(one, image)));
  return {
    containers: new Set(claimed.filter(believable)),
    volumes: new Set(record.volumes),
    pullSecrets: new Set(record.imagePullSecrets),
    annotations: new Set(record.annotations),
    resources: record.resources !== undefined,
    env: record.env !== undefined,
  };
}

const NOTHING: Earlier = {
  containers: new Set(),
  volumes: new Set(),
  pullSecrets: new Set(),
  annotations: new Set(),
  resources: false,
  env: false,
};

const everyContainer = (spec: PodSpec): readonly Container[] => [
  ...list(spec.initContainers),
  ...list(spec.containers),
];

/** Wherever in a DaemonSet or a revision there is a field `image`. */
function imagesIn(world: World): readonly string[] {
  const images = new Set<string>();
  const daemonSets = world.daemonSets();
  const revisions = daemonSets.flatMap((one) => world.revisions(one));
  JSON.stringify([daemonSets, revisions], (key, value: unknown) => {
    if (key === 'image' && typeof value === 'string') images.add(value);
    return value;
  });
  return [...images];
}

function expectContainersKept(passage: Passage, earlier: Earlier): void {
  const { before, after, outcome } = passage;
  const mine = new Set([
    ...earlier.containers,
    ...outcome.daemonSets.flatMap(({ containers }) => containers.map((one) => one.injectedAs)),
  ]);
  const came = new Set(everyContainer(before.spec ?? {}).map(({ name }) => name));
  const isBusiness = ({ name }: Container): boolean =>
    !earlier.containers.has(name) && (came.has(name) || !mine.has(name));
  const rewrites = earlier.env || asksForHostAddress(passage);
  for (const field of ['containers', 'initContainers'] as const) {
    const [is, was] = [after, before].map(({ spec }) =>
      list(spec?.[field])
        .filter(isBusiness)
        .map((container) => (rewrites ? withoutHostAddress(container) : container)),
    );
    holdSame('the containers that came stay as they are', is, was);
  }
}

const asksForHostAddress = ({ before, settings }: Passage): boolean =>
  settings.annotationPrefixes.some(
    (prefix) => before.metadata?.annotations?.[`${prefix}env-host-ip`] === 'true',
  );

/** env-host-ip may replace the field of a variable, and nothing else of it. */
const withoutHostAddress = (container: Container): unknown =>
  JSON.parse(
    JSON.stringify(container).replaceAll('"fieldPath":"status.podIP', '"fieldPath":"status.hostIP'),
  );

/** Resources of the pod are added where there are none of the kind; what came is there, unless an earlier pass added it. */
function expectResourcesKept(old: PodSpec, now: PodSpec, earlier: Earlier): void {
  if (earlier.resources) return;
  for (const [field, amounts] of Object.entries(old.resources ?? {})) {
    // To the API, null is absent.
    if (amounts === null) continue;
    const actual = (now.resources as Record<string, unknown> | undefined)?.[field];
    if (typeof amounts !== 'object' || Array.isArray(amounts)) {
      holdSame('the resources of the pod stay', actual ?? null, amounts);
    } else {
      holdSame('the resources of the pod stay', { ...(actual as object), ...amounts }, actual);
    }
  }
}

/** Only `mixed: pin` adds to the affinity, and only to the node's. */
function expectAffinityKept(old: PodSpec, now: PodSpec, { mixed }: Settings): void {
  if (mixed !== 'pin') {
    holdSame('the affinity stays', now.affinity, old.affinity);
    return;
  }
  const { nodeAffinity: is, ...others } = now.affinity ?? {};
  const { nodeAffinity: was, ...otherOld } = old.affinity ?? {};
  holdSame('the affinity to pods stays', others, otherOld);
  const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
  holdSame(
    'what is only preferred stays',
    { ...is, [REQUIRED]: null },
    { ...was, [REQUIRED]: null },
  );
}

const otherFields = (spec: PodSpec): unknown => {
  const {
    containers: _c,
    initContainers: _i,
    volumes: _v,
    imagePullSecrets: _s,
    resources: _r,
    affinity: _a,
    ...rest
  } = spec;
  return rest;
};

function expectMetadataKept({ before, after }: Passage, earlier: Earlier): void {
  const { labels, annotations, ...rest } = after.metadata ?? {};
  const { labels: oldLabels, annotations: oldAnnotations, ...oldRest } = before.metadata ?? {};
  holdSame('the other metadata stays', rest, oldRest);
  expectEntriesKept('the labels stay', oldLabels, labels, (key) => key === INJECTED_LABEL);
  expectEntriesKept(
    'the annotations stay',
    oldAnnotations,
    annotations,
    (key) => key === RECORD_ANNOTATION || earlier.annotations.has(key),
  );
  const { metadata: _m, spec: _s, ...top } = after;
  const { metadata: _om, spec: _os, ...oldTop } = before;
  holdSame('the rest of the object stays', top, oldTop);
}

type Entries = StringMap | null | undefined;

function expectEntriesKept(
  law: string,
  old: Entries,
  now: Entries,
  mayChange: (key: string) => boolean,
): void {
  for (const [key, value] of Object.entries(old ?? {})) {
    if (mayChange(key)) continue;
    const stays = now !== null && now !== undefined && Object.hasOwn(now, key);
    hold(law, stays && now[key] === value, () => key);
  }
}
