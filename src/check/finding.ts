import type { FindingCode } from './codes.js';

/** One of the things that a finding is about. */
export interface Item {
  /** `namespace/name`, or whatever it is called. */
  readonly name: string;
  readonly detail?: string;
}

/** Something that `check` has to say. What its code means is in `codes.ts`. */
export interface Finding {
  readonly code: FindingCode;
  /** The particulars: a clause, never a value that could be a secret. */
  readonly detail?: string;
  readonly items?: readonly Item[];
}

/** @param about the particulars as a clause, or what the finding is about. */
export function finding(code: FindingCode, about?: string | readonly Item[]): Finding {
  if (about === undefined) return { code };
  return typeof about === 'string' ? { code, detail: about } : { code, items: about };
}

/** A finding if there is something that it is about. */
export const findingFor = (code: FindingCode, items: readonly Item[]): readonly Finding[] =>
  items.length === 0 ? [] : [finding(code, items)];

/** A finding if something holds. */
export const findingIf = (
  holds: boolean,
  code: FindingCode,
  detail?: string,
): readonly Finding[] => (holds ? [finding(code, detail)] : []);
