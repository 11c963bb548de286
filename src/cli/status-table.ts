import type {
  Counts,
  DaemonSetStatus,
  NodeStatus,
  StatusReport,
  TroubleInPod,
} from '../status/report.js';
import type { Target } from '../status/status.js';
import type { Problem, ProblemKind } from '../core/findings/judged.js';
import { columns } from './columns.js';
import type { Colour, Paint } from './paint.js';
import { podText } from './status-pod.js';
import { printable } from './printable.js';

/** How the table is wanted. */
export interface TableOptions {
  readonly target: Target | undefined;
  /** Every DaemonSet on every node, and more of each. */
  readonly wide: boolean;
}

/** The report for people: a row for each DaemonSet, or for each of its nodes, and what is not as it should be. */
export function statusTable(report: StatusReport, options: TableOptions, paint: Paint): string {
  const { target, wide } = options;
  const parts =
    target?.kind === 'pod'
      ? report.pods.map((pod) => podText(pod, paint))
      : [tableOf(report.daemonSets, wide || target !== undefined, wide, paint)];
  return `${[...parts, ...problemLines(report.problems, paint)].join('\n\n')}\n`;
}

function tableOf(
  daemonSets: readonly DaemonSetStatus[],
  byNode: boolean,
  wide: boolean,
  paint: Paint,
): string {
  if (daemonSets.length === 0) return 'There is no marked DaemonSet.';
  const rows = byNode ? nodeRows(daemonSets, wide) : [HEAD, ...daemonSets.map(rowOf)];
  if (rows.length === 1) return 'No marked DaemonSet runs on a virtual node.';
  const [head = '', ...lines] = columns(rows.map((row) => row.map(printable)));
  return [paint('bold', head), ...lines].join('\n');
}

const HEAD = [
  ...['NAMESPACE', 'DAEMONSET', 'NODES', 'REVISION', 'INJECTED', 'READY', 'OUTDATED', 'SKIPPED'],
  ...['MISSED', 'TROUBLE'],
];

function rowOf({ namespace, name, nodes, newest }: DaemonSetStatus): readonly string[] {
  const wanted = new Set(nodes.map((one) => one.wanted));
  const sum = (count: (one: NodeStatus) => number): number =>
    nodes.reduce((total, one) => total + count(one), 0);
  const [worst, ...others] = nodes.flatMap(({ trouble }) => trouble ?? []);
  return [
    ...[namespace, name, String(nodes.length)],
    wanted.size > 1 ? `${wanted.size} revisions` : orNone([...wanted][0] ?? newest),
    ...numbers({
      injected: sum(({ injected }) => injected),
      ready: sum(({ ready }) => ready),
      outdated: sum(({ outdated }) => outdated),
    }),
    String(sum(skippedIn)),
    String(sum(({ missed }) => missed)),
    others.length > 0 ? `${troubleText(worst)}, and on ${others.length} more` : troubleText(worst),
  ];
}

const numbers = ({
  injected,
  ready,
  outdated,
}: Pick<Counts, 'injected' | 'ready' | 'outdated'>): readonly string[] =>
  [injected, ready, outdated].map(String);

const skippedIn = ({ skipped }: Counts): number =>
  Object.values(skipped).reduce((sum, count) => sum + count, 0);

const orNone = (text: string): string => (text === '' ? '-' : text);

function nodeRows(
  daemonSets: readonly DaemonSetStatus[],
  wide: boolean,
): readonly (readonly string[])[] {
  const head = [
    ...['NAMESPACE', 'DAEMONSET', 'NODE', 'REVISION', ...(wide ? ['NEWEST', 'PLACEHOLDER'] : [])],
    ...['INJECTED', 'READY', 'OUTDATED', 'SKIPPED', 'MISSED', 'TROUBLE'],
  ];
  const rows = daemonSets.flatMap(({ namespace, name, newest, nodes }) =>
    nodes.map((one) => [
      ...[namespace, name, one.node, orNone(one.wanted)],
      ...(wide ? [orNone(newest), placeholderText(one)] : []),
      ...numbers(one),
      orNone(
        Object.entries(one.skipped)
          .map(([reason, count]) => `${count} ${reason}`)
          .join(', '),
      ),
      ...[String(one.missed), wide ? troubleInFull(one.trouble) : troubleText(one.trouble)],
    ]),
  );
  return [head, ...rows];
}

const placeholderText = ({ placeholder }: NodeStatus): string =>
  placeholder === undefined
    ? '-'
    : `${placeholder.name} (${placeholder.ready ? 'ready' : 'not ready'})`;

const troubleText = (trouble: TroubleInPod | undefined): string =>
  trouble === undefined ? '-' : `${trouble.reason} in ${trouble.pod} (${trouble.container})`;

function troubleInFull(trouble: TroubleInPod | undefined): string {
  const message = trouble?.message ?? '';
  return message === '' ? troubleText(trouble) : `${troubleText(trouble)}: ${message}`;
}

const COLOURS: Readonly<Record<ProblemKind, Colour>> = {
  missed: 'yellow',
  forged: 'red',
  misplaced: 'yellow',
  orphaned: 'grey',
};

/** Problems of a kind that are told; JSON has all. */
const TOLD = 10;

function problemLines(problems: readonly Problem[], paint: Paint): readonly string[] {
  const kinds = Object.keys(COLOURS) as ProblemKind[];
  const lines = kinds.flatMap((kind) => {
    const some = problems.filter((one) => one.kind === kind);
    const rest = some.length - TOLD;
    return [
      ...some.slice(0, TOLD).map((one) => problemLine(one, paint)),
      ...(rest > 0 ? [`${kind.padEnd(9)}  … and ${rest} more; -o json names them all`] : []),
    ];
  });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function problemLine({ kind, pod, node, daemonSet, detail = '' }: Problem, paint: Paint): string {
  const where = node === '' ? '' : ` on ${node}`;
  const what = [daemonSet, detail].filter((text) => text !== '').join(', ');
  return `${paint(COLOURS[kind], kind.padEnd(9))}  ${printable(`${pod}${where}: ${what}`)}`;
}
