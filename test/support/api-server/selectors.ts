import type { KubernetesObject, Pod } from '../../../src/core/model/types.js';

/** What a list or a watch asks for, besides the kind. */
export interface Selection {
  readonly namespace?: string | undefined;
  /** Such as `a=b,c,!d`; sets (`in`) are not understood here. */
  readonly labelSelector?: string | undefined;
  /** On `metadata.name` and `metadata.namespace`, as every kind has them, and on the `spec.nodeName` of pods. */
  readonly fieldSelector?: string | undefined;
}

export function selects(selection: Selection, object: KubernetesObject): boolean {
  const { metadata } = object;
  const { namespace, labelSelector = '', fieldSelector = '' } = selection;
  if (namespace !== undefined && metadata?.namespace !== namespace) return false;
  const labels = metadata?.labels ?? {};
  return fitsAll(labelSelector, labels) && fitsAll(fieldSelector, fieldsOf(object));
}

const fieldsOf = ({ metadata, ...pod }: Pod): Values => ({
  'metadata.name': metadata?.name ?? '',
  'metadata.namespace': metadata?.namespace ?? '',
  'spec.nodeName': pod.spec?.nodeName ?? '',
});

type Values = Readonly<Record<string, string>>;

const fitsAll = (selector: string, values: Values): boolean =>
  selector
    .split(',')
    .filter(Boolean)
    .every((term) => fits(term, values));

function fits(term: string, values: Values): boolean {
  const parts = /^(!?)([^=!]+)(?:(!?=)=?(.*))?$/.exec(term);
  if (!parts) throw new Error(`the double does not understand the selector ${term}`);
  const [, not, key = '', operator, value] = parts;
  if (operator === undefined) return Object.hasOwn(values, key) === (not === '');
  return operator === '=' ? values[key] === value : values[key] !== value;
}
