import { findAnnotation, OWN_PREFIX } from '../model/annotations.js';
import type { Found } from '../model/annotations.js';
import type { StringMap } from '../model/types.js';
import type { Warning } from '../outcome.js';

/** Annotations as values: what a DaemonSet, a pod or a namespace asks for. */
export interface Reader {
  readonly sources: readonly Readonly<StringMap>[];
  readonly prefixes: readonly string[];
  /** Whose annotations these are, for the warning: "pod", "DaemonSet ns/name". */
  readonly owner: string;
  readonly warn: (warning: Warning) => void;
}

/**
 * Reads one annotation. A value that means nothing never rejects a pod: it is named in a warning, and the caller's
 * default applies.
 *
 * @param parse yields undefined for a value that means nothing.
 */
export function read<T>(
  reader: Reader,
  key: string,
  parse: (value: string) => T | undefined,
): T | undefined {
  const found = findAnnotation(reader.sources, reader.prefixes, key);
  return found === undefined ? undefined : understood(reader, found, parse);
}

/** As `read`, for the keys that live under ds-injector.io/ only. */
export function readOwn<T>(
  reader: Reader,
  key: string,
  parse: (value: string) => T | undefined,
): T | undefined {
  return read({ ...reader, prefixes: [OWN_PREFIX] }, key, parse);
}

function understood<T>(
  reader: Reader,
  found: Found,
  parse: (value: string) => T | undefined,
): T | undefined {
  const parsed = parse(found.value);
  if (parsed === undefined) {
    // The value itself stays out of the sentence: it is somebody's text and may be of any length.
    reader.warn({
      code: 'invalid_annotation',
      message: `${reader.owner}: the value of annotation ${found.key} means nothing to the injector; the default applies`,
    });
  }
  return parsed;
}

/** "true" and "false" only, as the seed writes them. */
export const parseBoolean = (value: string): boolean | undefined =>
  value === 'true' ? true : value === 'false' ? false : undefined;

/** A part of a whole, as "25%" or "25"; from 0 to 1. */
export function parseShare(value: string): number | undefined {
  const per = /^(\d{1,3})\s*%?$/.exec(value.trim())?.[1];
  return per === undefined || Number(per) > 100 ? undefined : Number(per) / 100;
}

export const oneOf =
  <T extends string>(...choices: readonly T[]) =>
  (value: string): T | undefined =>
    choices.find((choice) => choice === value);

/** A pod's `ds-injection`: yes, no, or the DaemonSets that it wants ("name" or "namespace/name"). */
export type OptIn = boolean | readonly string[];

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const isDaemonSetName = (item: string): boolean => {
  const parts = item.split('/');
  return parts.length <= 2 && parts.every((part) => NAME.test(part));
};

export function parseOptIn(value: string): OptIn | undefined {
  const boolean = parseBoolean(value);
  if (boolean !== undefined) return boolean;
  const items = value.split(',').map((item) => item.trim());
  return items.every(isDaemonSetName) ? items : undefined;
}

/** `key:value`, several with commas: all labels that a pod must have. */
export function parseLabels(value: string): Readonly<StringMap> | undefined {
  const pairs = value.split(',').map((pair) => pair.split(':').map((side) => side.trim()));
  return pairs.every((pair) => pair.length === 2 && pair[0] !== '')
    ? (Object.fromEntries(pairs) as StringMap)
    : undefined;
}

/** Ports of `metrics-port`, ranges included, in their order. */
export type PortRange = readonly [from: number, to: number];

/** Seed 001: without the annotation only 9100 is open. */
export const DEFAULT_METRICS_PORTS: readonly PortRange[] = [[9100, 9100]];

export function parsePorts(value: string): readonly PortRange[] | undefined {
  const ranges = value.split(',').map((part): PortRange | undefined => {
    const [, from, to] = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(part) ?? [];
    const range: PortRange = [Number(from), Number(to ?? from)];
    return isPort(range[0]) && isPort(range[1]) && range[0] <= range[1] ? range : undefined;
  });
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;
