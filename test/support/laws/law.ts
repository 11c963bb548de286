import { isDeepStrictEqual } from 'node:util';

/** Something that must hold for every pod, DaemonSet and World does not. */
export class LawBroken extends Error {
  /** In a few words, the same for every pod that breaks it. */
  readonly law: string;

  /** @param detail what was found instead, with the values that tell it. */
  constructor(law: string, detail: string) {
    super(detail === '' ? law : `${law}: ${detail}`);
    this.name = 'LawBroken';
    this.law = law;
  }
}

/** Plain and without a matcher: it is called some dozen times for each of a million cases. */
export function hold(law: string, holds: boolean, detail: () => string = () => ''): void {
  if (!holds) throw new LawBroken(law, detail().slice(0, DETAIL));
}

/** Longer details help nobody. */
const DETAIL = 2000;

/** Holds where both are equal, with fields in any order. */
export function holdSame(law: string, actual: unknown, expected: unknown): void {
  hold(law, isDeepStrictEqual(actual, expected), () => differenceOf(actual, expected));
}

/** The two texts from the point on where they part. */
function differenceOf(actual: unknown, expected: unknown): string {
  const [is, should] = [textOf(actual), textOf(expected)];
  let start = 0;
  while (start < is.length && is[start] === should[start]) start += 1;
  const from = Math.max(0, start - AROUND);
  return `…${is.slice(from, start + AROUND)}… where …${should.slice(from, start + AROUND)}… was expected`;
}

const AROUND = 200;

const textOf = (value: unknown): string =>
  value === undefined ? 'nothing' : JSON.stringify(value);
