import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../core/model/types.js';
import { budgetOf } from './budget.js';

const rolling = (maxUnavailable: unknown) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } },
});
const status = (desiredNumberScheduled: number, numberUnavailable = 0) => ({
  desiredNumberScheduled,
  numberUnavailable,
});

describe('how many more pods of a DaemonSet may be away', () => {
  it.each<[string, KubernetesObject, number, number]>([
    ['one, where it says nothing', { status: status(10) }, 0, 1],
    ['as many as it says', { spec: rolling(3), status: status(10) }, 0, 3],
    ['per cent, rounded up', { spec: rolling('15%'), status: status(10) }, 0, 2],
    ['less what is seen to be away', { spec: rolling(3), status: status(10) }, 2, 1],
    ['less what its status says to be away', { spec: rolling(3), status: status(10, 3) }, 2, 0],
    ['none while more are away', { spec: rolling(1), status: status(10, 4) }, 0, -3],
    ['one at a time with OnDelete', { spec: { updateStrategy: { type: 'OnDelete' } } }, 0, 1],
    ['one at a time with a surge', { spec: rolling(0), status: status(10) }, 0, 1],
    ['one, where it says what cannot be read', { spec: rolling('many'), status: {} }, 0, 1],
  ])('%s', (_, daemonSet, away, budget) => {
    expect(budgetOf(daemonSet, away)).toBe(budget);
  });
});
