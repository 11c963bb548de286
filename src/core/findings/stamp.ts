import type { Blueprint } from '../decide/blueprint.js';
import type { Facts } from '../facts/facts.js';
import { OWN_PREFIX } from '../model/annotations.js';
import { metaOf } from '../model/pod.js';
import { canonical, fingerprint } from '../model/text.js';
import { list, map, type Container, type StringMap } from '../model/types.js';
import type { ObservedPod } from '../status/observed.js';
import { keyOf } from './belief.js';

/**
 * A text that stands for all that a judgement of a pod follows from: as long as it is the same, so is the judgement. The
 * images of DaemonSets are not in it, nor what others annotate them with, as Kubernetes does with the generation of their
 * templates, so that a rollout of one does not have every pod read anew.
 */
export function stampOf(pod: ObservedPod, facts: Facts): string {
  const { daemonSets, nodes, settings } = facts;
  const { uid, node, namespace, labels, asks, record, containers } = pod;
  const place = nodes.named(node);
  const known = list(record?.daemonSets).map((one) => {
    const present = daemonSets.find(keyOf(one));
    return present !== undefined && daemonSets.blueprintAt(present, one.revision) !== undefined;
  });
  const images = [...containers.values()].map(({ name, image }) => [name, image]);
  return fingerprint(
    canonical([
      ...[uid, node, place && numberOf(place.nodeClass), facts.stampOf(namespace)],
      ...[
        labels,
        asks,
        record,
        known,
        images,
        marksIn(daemonSets.marked, settings.annotationPrefixes),
      ],
    ]),
  );
}

const numbers = new WeakMap<object, number>();
let last = 0;

/** Nodes that are alike are of one class, and one that changes is of another. */
function numberOf(nodeClass: object): number {
  const known = numbers.get(nodeClass);
  if (known !== undefined) return known;
  last += 1;
  numbers.set(nodeClass, last);
  return last;
}

const marks = new WeakMap<readonly Blueprint[], string>();

/** @param prefixes of annotations; they are the same for the same blueprints, which were read by them. */
function marksIn(marked: readonly Blueprint[], prefixes: readonly string[]): string {
  const known = marks.get(marked);
  if (known !== undefined) return known;
  const text = fingerprint(canonical(marked.map((one) => markOf(one, prefixes))));
  marks.set(marked, text);
  return text;
}

function markOf({ key, daemonSet, template }: Blueprint, prefixes: readonly string[]): unknown {
  const { uid, deletionTimestamp, annotations } = metaOf(daemonSet);
  const { containers, initContainers, ...spec } = template.spec ?? {};
  return [
    ...[key, uid, deletionTimestamp, ownIn(map(annotations), prefixes), metaOf(template)],
    ...[spec, list(containers).map(withoutImage), list(initContainers).map(withoutImage)],
  ];
}

/** Of annotations those that the injector reads. */
const ownIn = (annotations: Readonly<StringMap>, prefixes: readonly string[]): StringMap =>
  Object.fromEntries(
    Object.entries(annotations).filter(([key]) =>
      [OWN_PREFIX, ...prefixes].some((prefix) => key.startsWith(prefix)),
    ),
  );

const withoutImage = ({ image: _, ...rest }: Container): unknown => rest;
