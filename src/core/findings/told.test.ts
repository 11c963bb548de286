import { expect, it } from 'vitest';
import type { Problem } from './judged.js';
import { Told } from './told.js';

const problem = (daemonSet: string): Problem => ({
  ...{ kind: 'missed', pod: 'shop/web-0', node: 'super', daemonSet },
});
const [one, other] = [problem('monitoring/agent'), problem('monitoring/log')];

it('tells each finding of a pod once, as long as it has one', () => {
  const told = new Told();
  expect(told.fresh('shop/web-0', 'u', [one])).toEqual([one]);
  expect(told.fresh('shop/web-0', 'u', [one, other])).toEqual([other]);
  expect(told.fresh('shop/web-0', 'u', [other])).toEqual([]);
  expect(told.fresh('shop/web-0', 'u', [one])).toEqual([]);
  expect(told.fresh('shop/web-0', 'u', [])).toEqual([]);
  expect(told.fresh('shop/web-0', 'u', [one])).toEqual([one]);
});

it('tells of a pod that is made anew under the same name, and keeps nothing of the one before', () => {
  const told = new Told();
  told.fresh('shop/web-0', 'u', [one, other]);
  expect(told.fresh('shop/web-0', 'v', [one])).toEqual([one]);
  expect(told.fresh('shop/web-0', 'v', [other])).toEqual([other]);
  expect(told.size).toBe(1);
  told.forget('shop/web-0');
  expect(told.size).toBe(0);
});

it('keeps nothing of pods without a problem', () => {
  const told = new Told();
  told.fresh('shop/web-0', 'u', []);
  expect(told.size).toBe(0);
});
