import { describe, expect, it } from 'vitest';
import {
  endsByItself,
  isMirrorPod,
  isOwnedByDaemonSet,
  operatingSystemOf,
  tolerates,
} from './pod.js';

const taint = { key: 'k', value: 'v', effect: 'NoSchedule' };

describe('tolerates', () => {
  it.each([
    ['everything', { operator: 'Exists' }, true],
    ['the key', { key: 'k', operator: 'Exists' }, true],
    ['key and value', { key: 'k', value: 'v' }, true],
    ['key, value and effect', { key: 'k', value: 'v', effect: 'NoSchedule' }, true],
    ['another value', { key: 'k', value: 'w' }, false],
    ['no value', { key: 'k' }, false],
    ['another effect', { key: 'k', operator: 'Exists', effect: 'NoExecute' }, false],
    ['another key', { key: 'j', operator: 'Exists' }, false],
    ['an empty key that is compared', { key: '', value: 'v' }, false],
    ['an operator that nobody knows', { key: 'k', value: 'v', operator: 'Lt' }, false],
  ])('judges a toleration of %s', (_, toleration, expected) => {
    expect(tolerates([toleration], taint)).toBe(expected);
  });

  it('takes a taint without a value for one with an empty value', () => {
    expect(tolerates([{ key: 'k' }], { key: 'k', effect: 'NoSchedule' })).toBe(true);
  });
});

it.each([
  [{ os: { name: 'windows' } }, 'windows'],
  [{ nodeSelector: { 'kubernetes.io/os': 'windows' } }, 'windows'],
  [{ os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'windows' } }, 'linux'],
  [{}, 'linux'],
])('finds the operating system of %j', (spec, os) => {
  expect(operatingSystemOf(spec)).toBe(os);
});

it.each([
  ['Never', true],
  ['OnFailure', true],
  ['Always', false],
  [undefined, false],
])('a pod that restarts %s ends by itself: %s', (restartPolicy, ends) => {
  expect(endsByItself(restartPolicy === undefined ? {} : { restartPolicy })).toBe(ends);
});

it('asks the controlling owner, not just any', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd' };
  expect(isOwnedByDaemonSet({ metadata: { ownerReferences: [owner] } })).toBe(false);
  expect(
    isOwnedByDaemonSet({ metadata: { ownerReferences: [{ ...owner, controller: true }] } }),
  ).toBe(true);
  expect(
    isOwnedByDaemonSet({
      metadata: { ownerReferences: [{ ...owner, apiVersion: 'x.io/v1', controller: true }] },
    }),
  ).toBe(false);
});

it('knows a mirror pod by its annotation, whatever its value', () => {
  expect(isMirrorPod({ metadata: { annotations: { 'kubernetes.io/config.mirror': '' } } })).toBe(
    true,
  );
  expect(isMirrorPod({ metadata: null })).toBe(false);
});
