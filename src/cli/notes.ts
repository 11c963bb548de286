import type { KubernetesObject } from '../core/model/types.js';
import type { Judged } from './judge.js';
import { hasPodTemplate, podKinds } from './templates.js';

/**
 * What a person should know of an input in which fewer pods were found than there may seem to be: objects that look as
 * if they made pods and are of no known kind, and an input without any pod.
 *
 * @param files as they were given.
 * @returns a line for each.
 */
export function notesOn(judged: readonly Judged[], files: readonly string[]): readonly string[] {
  const strangers = judged.flatMap(({ manifest: { object }, verdict }) =>
    verdict === undefined && hasPodTemplate(object) ? [strangerLine(object)] : [],
  );
  const none = judged.every(({ verdict }) => verdict === undefined);
  return none ? [...strangers, noneLine(files)] : strangers;
}

/** With the apiVersion, for it may be what is wrong: there is no Deployment in `v1`. */
function strangerLine({ apiVersion = '', kind = '', metadata }: KubernetesObject): string {
  const { namespace, name } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
  const title = `${kind} ${textOr(namespace, 'default')}/${textOr(name, '*')}`;
  return `${title}: ${apiVersion} ${kind} is not a kind whose pod template is known; left as it is`;
}

const textOr = (value: unknown, fallback: string): string =>
  typeof value === 'string' && value !== '' ? value : fallback;

function noneLine(files: readonly string[]): string {
  const places = files.map((file) => (file === '-' ? 'standard input' : file));
  return `no pod in ${places.join(', ')}; kinds that make pods are ${podKinds.join(', ')}`;
}
