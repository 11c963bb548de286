import type { ContainerReport } from '../core/condition/containers.js';
import { daemonSetReasons, podReasons } from '../core/decide/reasons.js';
import type { AbsentDaemonSet, InjectedDaemonSet, PodStatus } from '../core/findings/judged.js';
import { columns } from './columns.js';
import { withDetail } from './judge.js';
import type { Paint } from './paint.js';
import { printable } from './printable.js';

/** A pod for people: what is in it and how it fares, and why other DaemonSets are not. */
export function podText({ namespace, name, node, phase, ...pod }: PodStatus, paint: Paint): string {
  const where = node === '' ? 'not bound yet' : `on ${node}`;
  const how = phase === '' ? '' : `, ${phase}`;
  const head = `${paint('bold', printable(`${namespace}/${name}`))}  ${printable(`${where}${how}`)}`;
  return [head, ...injectedLines(pod.injected, paint), ...absentLines(pod.absent)].join('\n');
}

const HEAD = [
  ...['DAEMONSET', 'REVISION', 'CONTAINER', 'INJECTED AS', 'PLACE', 'READY', 'RESTARTS', 'STATE'],
];

function injectedLines(injected: readonly InjectedDaemonSet[], paint: Paint): readonly string[] {
  if (injected.length === 0) return ['', 'Nothing was injected into it.'];
  const rows = injected.flatMap((one) => one.containers.map((container) => rowOf(one, container)));
  const [head = '', ...lines] = columns([HEAD, ...rows].map((row) => row.map(printable)));
  return ['', paint('bold', head), ...lines];
}

const rowOf = (
  { daemonSet, revision, wanted, outdated }: InjectedDaemonSet,
  { container, injectedAs, placement, ready, restarts, ...how }: ContainerReport,
): readonly string[] => [
  daemonSet,
  outdated && wanted !== '' ? `${revision} (wanted: ${wanted})` : revision,
  ...[container, injectedAs, placement, ready ? 'yes' : 'no', String(restarts)],
  stateText(how),
];

function stateText({
  state,
  reason,
  exitCode,
  message,
}: Pick<ContainerReport, 'state' | 'reason' | 'exitCode' | 'message'>): string {
  const code = exitCode === undefined ? [] : [`exit code ${exitCode}`];
  const more = [...(reason === undefined ? [] : [reason]), ...code].join(', ');
  const text = more === '' ? state : `${state}: ${more}`;
  return message === undefined ? text : `${text} (${message})`;
}

const SENTENCES: Readonly<Record<string, { readonly sentence: string }>> = {
  ...podReasons,
  ...daemonSetReasons,
  missed: {
    sentence:
      'Nothing speaks against it: the pod was made before, or past the webhook; it is added where it can be.',
  },
};

function absentLines(absent: readonly AbsentDaemonSet[]): readonly string[] {
  if (absent.length === 0) return [];
  const rows = absent.map(({ daemonSet, reason, detail }) => [
    ...[daemonSet, reason],
    withDetail(SENTENCES[reason]?.sentence ?? '', detail),
  ]);
  return ['', 'Not in it:', ...columns(rows.map((row) => row.map(printable)))];
}
