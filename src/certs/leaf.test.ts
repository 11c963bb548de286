import { beforeAll, describe, expect, it } from 'vitest';
import { authorities, DAY, MADE } from '../../test/support/authority.js';
import { issueLeaf, type Issued } from './issue.js';
import { leafStep, type LeafView } from './leaf.js';

let first: Issued;
let second: Issued;
/** Of `first`, from `MADE` on, for nine days. */
let leaf: Issued;
/** Of `first`, from day 98 to its end. */
let last: Issued;

beforeAll(async () => {
  [first, second] = (await authorities(2)) as [Issued, Issued];
  const issue = (day: number, serial: string) =>
    issueLeaf(first, ['a.svc'], { now: MADE + day * DAY, serial }, 9 * DAY);
  [leaf, last] = await Promise.all([issue(0, '50'), issue(98, '51')]);
});

describe('leafStep', () => {
  const step = (day: number, view: Partial<LeafView> = {}, used: Issued | undefined = leaf) =>
    leafStep(used, {
      ca: first,
      hosts: ['a.svc'],
      now: MADE + day * DAY,
      jitter: 0,
      isTrusted: false,
      ...view,
    }).kind;

  it.each<[string, () => string, string]>([
    ['one that is young', () => step(1), 'keep'],
    ['one before two thirds of its life', () => step(5.9), 'keep'],
    ['one at two thirds of its life', () => step(6.1), 'issue'],
    ['one before that, by who has drawn so', () => step(5.5, { jitter: 1 }), 'issue'],
    ['one that has expired', () => step(10), 'issue'],
    ['one that is not valid yet', () => step(-1), 'issue'],
    ['one that lacks a name', () => step(1, { hosts: ['b.svc'] }), 'issue'],
    ['one of another authority, not trusted yet', () => step(1, { ca: second }), 'wait'],
    ['one of another one, old as well', () => step(8, { ca: second }), 'wait'],
    ['one of another one, trusted', () => step(1, { ca: second, isTrusted: true }), 'issue'],
    ['one of another one, no longer good itself', () => step(31, { ca: second }), 'issue'],
    ['one that ends with its authority', () => step(99.9, {}, last), 'keep'],
    ['one whose authority has expired', () => step(100, {}, last), 'stuck'],
    ['garbage', () => step(1, {}, { cert: leaf.cert, key: 'garbage' }), 'issue'],
  ])('of %s', (_, taken, kind) => {
    expect(taken()).toBe(kind);
  });

  it('of none is to issue one, if the authority can', () => {
    const view: LeafView = {
      ca: first,
      hosts: ['a.svc'],
      now: MADE,
      jitter: 0,
      isTrusted: false,
    };
    expect(leafStep(undefined, view)).toEqual({ kind: 'issue' });
    expect(leafStep(undefined, { ...view, now: MADE + 100 * DAY })).toEqual({
      kind: 'stuck',
      why: 'the authority has expired',
    });
  });
});
