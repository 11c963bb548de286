import { describe, expect, it } from 'vitest';
import { superNode } from '../../../test/support/builders.js';
import type { PodSpec, Taint } from '../model/types.js';
import { asDaemonPod } from './fit.js';
import { stayOf } from './stay.js';

const taint = (key: string, effect: string): Taint => ({ key, effect });
const stays = (spec: PodSpec, ...taints: Taint[]) =>
  stayOf(asDaemonPod(spec), superNode({ spec: { taints, unschedulable: true } }));

describe('whether the DaemonSet controller leaves a pod on its node', () => {
  it.each<[string, PodSpec, Taint[], unknown]>([
    ['on a node that it selects', {}, [], 'fits'],
    ['whatever keeps out new pods', {}, [taint('a', 'NoSchedule')], 'fits'],
    [
      'not with a taint of NoExecute',
      {},
      [taint('a', 'NoExecute')],
      { taint: taint('a', 'NoExecute') },
    ],
    [
      'with one that it tolerates',
      { tolerations: [{ key: 'a', operator: 'Exists' }] },
      [taint('a', 'NoExecute')],
      'fits',
    ],
    [
      'on a node that is not ready',
      {},
      [taint('node.kubernetes.io/not-ready', 'NoExecute')],
      'fits',
    ],
    ['not on a node that it does not select', { nodeSelector: { a: 'b' } }, [], 'not_selected'],
  ])('%s', (_, spec, taints, fit) => {
    expect(stays(spec, ...taints)).toEqual(fit);
  });
});
