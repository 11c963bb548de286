import type { Found, Report } from './check.js';
import { findingCodes } from './codes.js';
import type { Kind, Level } from './codes/kind.js';

/** The levels, the worst first. */
export const LEVELS: readonly Level[] = ['error', 'warning', 'unknown', 'info', 'ok'];

export const kindOf = ({ code }: Found): Kind => findingCodes[code];

/** How many findings there are of each level. */
export function countsOf({ findings }: Report): Readonly<Record<Level, number>> {
  const counts = { error: 0, warning: 0, unknown: 0, info: 0, ok: 0 };
  for (const found of findings) counts[kindOf(found).level] += 1;
  return counts;
}

/**
 * Whether nothing speaks against injection.
 *
 * @param strict whether warnings, and what nobody knows, speak against it.
 */
export function isSound(report: Report, strict: boolean): boolean {
  const { error, warning, unknown } = countsOf(report);
  return error === 0 && (!strict || warning + unknown === 0);
}

/** Whether neither the nodes nor what is installed could be looked at, so that the report says next to nothing. */
export const isBlind = (report: Report): boolean =>
  (['nodes', 'webhook'] as const).every((area) =>
    report.findings.some((found) => found.area === area && kindOf(found).level === 'unknown'),
  );

/** The report as scripts get it. Its fields are described in docs/check.md. */
export const asData = (report: Report): object => ({
  kubernetesVersion: report.kubernetesVersion,
  user: report.user,
  stage: report.stage,
  counts: countsOf(report),
  findings: report.findings.map((found) => {
    const { level, sentence, todo } = kindOf(found);
    const { area, code, detail, items } = found;
    return { area, code, level, sentence, detail, items, todo };
  }),
});
