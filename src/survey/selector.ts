import { isMap, listAt, mapAt, textAt, textsAt } from './raw.js';

/**
 * Whether a label selector of the API selects an object by its labels. One that is absent or empty selects
 * everything; one that cannot be read selects nothing.
 */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (selector === undefined || selector === null) return true;
  if (!isMap(selector)) return false;
  return (
    Object.entries(mapAt(selector, 'matchLabels')).every(
      ([key, value]) => labelOf(labels, key) === value,
    ) && listAt(selector, 'matchExpressions').every((expression) => holds(expression, labels))
  );
}

const labelOf = (labels: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

function holds(expression: unknown, labels: Readonly<Record<string, string>>): boolean {
  const value = labelOf(labels, textAt(expression, 'key'));
  const values = textsAt(expression, 'values');
  switch (textAt(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** Whether a selector asks for nothing. */
export const isEmptySelector = (selector: unknown): boolean =>
  Object.keys(mapAt(selector, 'matchLabels')).length === 0 &&
  listAt(selector, 'matchExpressions').length === 0;
