import { daemonSetReasons } from '../core/decide/reasons.js';
import type { DaemonSetVerdict, Decision, InjectedContainer, Placement } from '../core/outcome.js';
import { sentenceOf, titleOf, withDetail, type Verdict } from './judge.js';
import type { Colour, Paint } from './paint.js';

/** The decisions for people: a paragraph for each pod. */
export function explainTable(verdicts: readonly Verdict[], paint: Paint): string {
  return verdicts.map((verdict) => paragraph(verdict, paint)).join('\n');
}

function paragraph(verdict: Verdict, paint: Paint): string {
  const { decision, reason, daemonSets, warnings } = verdict.outcome;
  const lines = [
    `${paint('bold', titleOf(verdict))}  ${decided(decision, paint)}  ${paint('grey', reason)}`,
    `  ${sentenceOf(verdict)}`,
    ...rowsOf(daemonSets, paint),
    ...warnings.map(({ code, message }) => `  ${paint('yellow', 'warning')} ${code}: ${message}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const COLOURS: Readonly<Record<Decision, Colour>> = {
  inject: 'green',
  skip: 'red',
  gate: 'yellow',
};
const decided = (decision: Decision, paint: Paint): string => paint(COLOURS[decision], decision);

function rowsOf(daemonSets: readonly DaemonSetVerdict[], paint: Paint): readonly string[] {
  const width = Math.max(...daemonSets.map((one) => nameOf(one).length));
  const codes = Math.max(...daemonSets.map(({ reason }) => reason.length));
  return daemonSets.map((one) => {
    // Padded before it is painted, or the invisible codes would count.
    const name = nameOf(one).padEnd(width);
    const decision = paint(COLOURS[one.decision], one.decision.padEnd(6));
    return `    ${name}  ${decision}  ${paint('grey', one.reason.padEnd(codes))}  ${explain(one)}`;
  });
}

const nameOf = ({ namespace, name }: DaemonSetVerdict): string => `${namespace}/${name}`;

const explain = ({ decision, reason, detail, containers }: DaemonSetVerdict): string =>
  decision === 'inject'
    ? withDetail(containers.map(where).join(', '), detail)
    : withDetail(daemonSetReasons[reason].sentence, detail);

const PLACES: Readonly<Record<Placement, string>> = {
  init: 'init container',
  native: 'native sidecar',
  plain: 'container',
  ephemeral: 'ephemeral container',
};

function where({ container, injectedAs, placement }: InjectedContainer): string {
  const name = container === injectedAs ? injectedAs : `${container} as ${injectedAs}`;
  return `${name} [${PLACES[placement]}]`;
}
