import { ofDaemonSet, onNode } from '../cluster/injected-pods.js';
import { fieldsOf, textOf } from '../cluster/raw.js';
import type { Facts } from '../core/facts/facts.js';
import { NUDGE_ANNOTATION } from '../core/model/annotations.js';
import { metaOf } from '../core/model/pod.js';
import { stayOf } from '../core/scheduling/stay.js';
import type { Placeholder } from '../core/status/placeholder.js';
import { patchPod, perform, type DutyOptions } from './duty.js';
import { listenFor, type Hearing } from './touched.js';

/** Milliseconds that the DaemonSet controller gets to see by itself what we have seen. */
const PATIENCE = 1_000;
/**
 * Milliseconds after which it is told again. Being told, it looks at what it knows of the node, and that may be older than
 * what we know; after the last time, something else is wrong.
 */
const AGAIN = [10_000, 60_000, 600_000] as const;

/** What the annotation says. */
interface Nudge {
  readonly why: string;
  /** In which round. */
  readonly round: number;
  /** In RFC 3339. */
  readonly at: string;
}

/**
 * Writes an annotation on placeholders that have to go, because their node is gone or their DaemonSet does not want it any
 * more, until the signal is aborted. The DaemonSet controller does not see that by itself from Kubernetes 1.36 on; any
 * change of a pod makes it look, and delete the pod by its own judgement. Never rejects.
 */
export async function nudgePlaceholders(options: DutyOptions, signal: AbortSignal): Promise<void> {
  await perform(
    {
      work: (key, facts) => nudge(options, facts, { key, signal }),
      listen: (queue) => listenFor(hearing(options), queue),
    },
    options,
    signal,
  );
}

async function nudge(
  { cluster, client, clock }: DutyOptions,
  facts: Facts,
  { key, signal }: { key: string; signal: AbortSignal },
): Promise<number | undefined> {
  const placeholder = cluster.placeholders.get(key);
  if (!placeholder || placeholder.isTerminating) return undefined;
  const isThere = cluster.nodes.get(`/${placeholder.node}`) !== undefined;
  const why = whyItGoes(placeholder, facts, isThere);
  const next = nextNudge(nudgeIn(placeholder), why, clock.now());
  if (typeof next !== 'object') return next;
  const { resourceVersion } = placeholder;
  const annotations = { [NUDGE_ANNOTATION]: next.text };
  const patch = { metadata: { resourceVersion, annotations } };
  await patchPod(client, { pod: placeholder, patch, signal });
  return undefined;
}

/**
 * What is to be done about a placeholder.
 *
 * @param why it has to go; undefined if it has not.
 * @returns the text to write, milliseconds to wait, or undefined for nothing.
 */
function nextNudge(
  told: Nudge | undefined,
  why: string | undefined,
  now: number,
): { readonly text: string | null } | number | undefined {
  const write = (round: number) => ({ text: JSON.stringify({ why, round, at: stamp(now) }) });
  // Where it is to stay after all, the annotation goes, so that there is something to write the next time.
  if (why === undefined) return told && { text: null };
  if (told?.why !== why) return write(1);
  const pause = AGAIN[told.round - 1];
  if (pause === undefined) return undefined;
  const wait = Date.parse(told.at) + pause - now;
  return wait > 0 ? wait : write(told.round + 1);
}

/** Why the DaemonSet controller would delete a placeholder, if it looked; undefined if it would not. */
function whyItGoes(
  { daemonSet, node }: Placeholder,
  facts: Facts,
  isThere: boolean,
): string | undefined {
  const blueprint = facts.daemonSets.find(daemonSet);
  // Who has no DaemonSet is the garbage collector's, or was left behind on purpose.
  if (!blueprint || blueprint.misfit !== undefined || node === '') return undefined;
  if (!isThere) return 'the node is gone';
  const place = facts.nodes.named(node);
  const stay = place ? stayOf(blueprint.daemonPod, place.node) : 'fits';
  if (stay === 'fits') return undefined;
  if (stay === 'not_selected') return 'the DaemonSet does not select the node';
  const { key, value = '' } = stay.taint;
  return `the DaemonSet does not tolerate ${key}${value && `=${value}`}:NoExecute`;
}

function nudgeIn({ nudge: text }: Placeholder): Nudge | undefined {
  if (text === undefined) return undefined;
  try {
    const { why, round, at } = fieldsOf(JSON.parse(text));
    return { why: textOf(why), round: Number(round), at: textOf(at) };
  } catch {
    return { why: '', round: 0, at: '' };
  }
}

const stamp = (now: number): string => new Date(now).toISOString();

const hearing = ({ cluster }: DutyOptions): Hearing => ({
  cluster,
  gather: PATIENCE,
  hear: (touch) => [
    cluster.placeholders.listen((_, after) => {
      if (after) touch([after]);
    }),
    cluster.nodes.listen((before, after) => {
      if (before && after) return;
      touch(cluster.placeholders.under(onNode((before ?? after)?.name ?? '')));
    }),
    cluster.listen((kind, object) => {
      const { namespace = '', name = '' } = metaOf(object ?? {});
      if (!object) touch(cluster.placeholders.all());
      else if (kind === 'Node') touch(cluster.placeholders.under(onNode(name)));
      else if (kind === 'DaemonSet')
        touch(cluster.placeholders.under(ofDaemonSet(`${namespace}/${name}`)));
    }),
  ],
});
