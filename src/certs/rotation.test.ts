import { beforeAll, describe, expect, it } from 'vitest';
import { authorities, DAY, MADE } from '../../test/support/authority.js';
import type { Authority } from './authority.js';
import type { Issued } from './issue.js';
import { nextStep, recovered, takeStep, type RotationView, type Step } from './rotation.js';

let first: Issued;
let second: Issued;
let third: Issued;
/** Made at `MADE`, for a hundred days. */
let alone: Authority;
/** `second` was made thirty days later. */
let announced: Authority;
let promoted: Authority;

beforeAll(async () => {
  [first, second, third] = (await authorities(3)) as [Issued, Issued, Issued];
  alone = { ca: first, previous: [] };
  announced = { ca: first, next: second, previous: [] };
  promoted = { ca: second, previous: [first.cert], promotedAt: MADE + 70 * DAY };
});

const step = (authority: Authority, day: number, more: Partial<RotationView> = {}): Step =>
  nextStep(authority, {
    now: MADE + day * DAY,
    isPublished: false,
    leafLifetime: 7 * DAY,
    strays: [],
    ...more,
  });

describe('nextStep', () => {
  it.each<[string, () => Step, Step['kind']]>([
    ['one that is young', () => step(alone, 1), 'rest'],
    ['one that is not valid yet', () => step(alone, -1), 'rest'],
    ['one just before two thirds of its life', () => step(alone, 66.6), 'rest'],
    ['one at two thirds of its life', () => step(alone, 66.7), 'announce'],
    ['one that has expired', () => step(alone, 100), 'replace'],
    ['an announcement that nobody has seen', () => step(announced, 70), 'rest'],
    ['one that all have seen', () => step(announced, 70, { isPublished: true }), 'promote'],
    ['one announced early', () => step(announced, 31, { isPublished: true }), 'promote'],
    ['one announced in vain, until the other ends', () => step(announced, 99.9), 'rest'],
    ['one announced in vain, when the other ends', () => step(announced, 100), 'promote'],
    ['two that have expired', () => step(announced, 131), 'replace'],
    ['a fresh promotion', () => step(promoted, 70), 'rest'],
    ['a promotion a little less than the life of a leaf ago', () => step(promoted, 76.9), 'rest'],
    ['a promotion the life of a leaf ago', () => step(promoted, 77), 'forget'],
    ['a clock that went back since', () => step(promoted, 60), 'rest'],
    ['a clock that went on by a year', () => step(promoted, 430), 'replace'],
  ])('of %s', (_, taken, kind) => {
    expect(taken().kind).toBe(kind);
  });

  it('makes another next where the announced one has expired before the one that signs', () => {
    expect(step({ ca: third, next: first, previous: [] }, 110).kind).toBe('announce');
  });

  it('forgets the previous one when that ends, if nobody knows when it was replaced', () => {
    const { promotedAt: _, ...undated } = { ...promoted, ca: third };
    expect([step(undated, 99).kind, step(undated, 100).kind]).toEqual(['rest', 'forget']);
  });

  it('retains who signs leaves elsewhere, until that one has expired', () => {
    const strays = [third.cert];
    expect(step(alone, 1, { strays }).kind).toBe('retain');
    expect(step({ ...alone, previous: [third.cert] }, 61, { strays }).kind).toBe('rest');
    expect(step({ ca: second, previous: [] }, 110, { strays: [first.cert] }).kind).toBe('announce');
  });

  it('says when to look again', () => {
    const until = (taken: Step) => taken.kind === 'rest' && (taken.until - MADE) / DAY;
    expect(until(step(alone, 1))).toBeCloseTo(66.67, 1);
    expect(until(step(announced, 70))).toBe(100);
    expect(until(step(promoted, 70))).toBe(77);
  });
});

describe('takeStep', () => {
  const take = async (authority: Authority, day: number, more: Partial<RotationView> = {}) => {
    const taken = step(authority, day, more);
    if (taken.kind === 'rest') throw new Error('nothing to do');
    const { strays = [] } = more;
    return takeStep(authority, taken, {
      now: MADE + day * DAY,
      strays,
      issue: () => Promise.resolve(third),
    });
  };

  it('goes round', async () => {
    const one = await take(alone, 67);
    expect(one).toEqual({ ca: first, next: third, previous: [] });
    const two = await take(one, 68, { isPublished: true });
    expect(two).toEqual({ ca: third, previous: [first.cert], promotedAt: MADE + 68 * DAY });
    const three = await take(two, 75);
    expect(three).toEqual({ ca: third, previous: [] });
    expect(step(three, 75).kind).toBe('rest');
  });

  it('retains, and replaces', async () => {
    expect(await take(alone, 1, { strays: [second.cert, first.cert] })).toEqual({
      ca: first,
      previous: [second.cert],
      promotedAt: MADE + DAY,
    });
    expect(await take(promoted, 200)).toEqual({ ca: third, previous: [] });
  });
});

describe('recovered', () => {
  const recover = (memory: Authority | undefined, day: number): Promise<Authority> =>
    recovered(memory, MADE + day * DAY, () => Promise.resolve(third));

  it('goes on with what is remembered, and announces another one', async () => {
    expect(await recover(promoted, 71)).toEqual({ ...promoted, next: third });
    expect(await recover(announced, 71)).toEqual(announced);
  });

  it('begins anew where nothing is remembered, or nothing of use', async () => {
    expect(await recover(undefined, 1)).toEqual({ ca: third, previous: [] });
    expect(await recover(alone, 100)).toEqual({ ca: third, previous: [] });
  });
});
