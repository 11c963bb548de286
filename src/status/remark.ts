import { metaOf } from '../core/model/pod.js';
import type { Settings } from '../core/settings.js';
import { virtualNamesIn } from './fetch.js';
import type { Lists } from './lists.js';
import type { StatusReport } from './report.js';
import type { Wish } from './status.js';

/** What has to be said about what was asked for. */
export interface Remark {
  readonly text: string;
  /** Whether there is nothing to be shown. */
  readonly absent: boolean;
}

/** Whether what was asked for by name is there at all, and is what was thought. */
export function remarkOn(
  { lists, report }: { readonly lists: Lists; readonly report: StatusReport },
  { target }: Wish,
  settings: Settings,
): Remark | undefined {
  if (target === undefined) return undefined;
  const { kind, namespace, name } = target;
  if (kind === 'pod') {
    if (report.pods.length > 0) return undefined;
    return { text: `there is no pod ${namespace ?? ''}/${name}`, absent: true };
  }
  if (kind === 'node') return onNode(name, lists, settings);
  if (report.daemonSets.length > 0) return undefined;
  const within = namespace === undefined ? '' : ` in ${namespace}`;
  const isThere = has(lists, 'DaemonSet', name, namespace);
  const text = isThere
    ? `DaemonSet ${name} is not marked for injection`
    : `there is no DaemonSet ${name}${within}`;
  return { text, absent: true };
}

function onNode(name: string, lists: Lists, settings: Settings): Remark | undefined {
  if (!has(lists, 'Node', name)) return { text: `there is no node ${name}`, absent: true };
  const nodes = lists.objects.filter(({ kind }) => kind === 'Node');
  return virtualNamesIn(nodes, settings).includes(name)
    ? undefined
    : { text: `node ${name} is not virtual`, absent: false };
}

const has = ({ objects }: Lists, kind: string, name: string, namespace?: string): boolean =>
  objects.some((object) => {
    const meta = metaOf(object);
    return (
      object.kind === kind &&
      meta.name === name &&
      (namespace === undefined || meta.namespace === namespace)
    );
  });
