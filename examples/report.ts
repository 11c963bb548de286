import { daemonSetReasons, podReasons } from '../src/core/decide/reasons.js';
import type { DaemonSetReason, PodReason } from '../src/core/decide/reasons.js';
import type { TemplatePod } from '../src/cli/templates.js';
import { OWN_PREFIX } from '../src/core/model/annotations.js';
import type { Operation } from '../src/core/patch/operation.js';
import type { Response } from './review.js';

/** What was decided for one pod, why, and what was added, line by line. */
export function reportOn(
  { kind, namespace, name }: TemplatePod,
  response: Response,
): readonly string[] {
  const { decision, reason, skipped = '' } = response.auditAnnotations;
  const title = `${kind} ${namespace}/${name}`;
  const refusals = skipped.split(',').filter((item) => item !== '');
  return [
    decision === 'inject' ? `${title}: injected` : `${title}: left alone (${reason})`,
    ...(decision === 'skip' ? [`    ${podReasons[reason as PodReason].sentence}`] : []),
    ...response.patch.flatMap(added),
    ...refusals.map(refusal),
    ...response.warnings.map((warning) => `    ! ${warning}`),
    '',
  ];
}

function refusal(item: string): string {
  const [daemonSet = '', reason = ''] = item.split('=');
  return `    - not ${daemonSet} (${reason}): ${daemonSetReasons[reason as DaemonSetReason].sentence}`;
}

interface Named {
  readonly name?: string;
  readonly restartPolicy?: string;
}

/** The record and its label are the injector's own notes; everything else is shown. */
function added(operation: Operation): readonly string[] {
  const { path } = operation;
  if (path.includes(OWN_PREFIX.replace('/', '~1'))) return [];
  const value = 'value' in operation ? operation.value : undefined;
  const items = (Array.isArray(value) ? value : [value]) as readonly unknown[];
  return items.flatMap((item) => lineFor(path, item) ?? []);
}

function lineFor(path: string, item: unknown): string | undefined {
  const [, where = '', field = '', ...rest] = path.split('/');
  if (path.endsWith('/fieldPath')) {
    return `    ~ a variable of the business now holds ${String(item)}`;
  }
  if (path === '/spec/resources') {
    return '    + resources of the whole pod, which keep it Guaranteed';
  }
  return where === 'metadata'
    ? annotationLine(rest.join('/').replaceAll('~1', '/'), item)
    : namedLine(field, item ?? {});
}

const annotationLine = (key: string, value: unknown): string | undefined =>
  key === '' ? undefined : `    + annotation ${key}: ${String(value)}`;

function namedLine(field: string, { name, restartPolicy }: Named): string | undefined {
  if (name === undefined) return undefined;
  if (field === 'volumes') return `    + volume ${name}`;
  if (field === 'containers') return `    + container ${name}`;
  return `    + ${restartPolicy === 'Always' ? 'native sidecar' : 'init container'} ${name}`;
}
