import { expect, it } from 'vitest';
import {
  aProfile,
  fargateNode,
  kwokNode,
  settings,
  superNode,
} from '../../test/support/builders.js';
import { absent, aSeen, codesOf, forbidden, listed } from '../../test/support/check/seen.js';
import type { Objects } from './seen.js';
import { findVersions } from './versions.js';

const version = (gitVersion: unknown): Partial<Objects> => ({ version: { value: { gitVersion } } });
const kubelet = (kubeletVersion: string) =>
  superNode({ metadata: { name: kubeletVersion }, status: { nodeInfo: { kubeletVersion } } });

it.each<[string, Partial<Objects>, readonly string[]]>([
  ['a current server', {}, ['kubernetes_current', 'kubelets_current']],
  ['one of a provider', version('v1.31.4-eks-2d5f260'), ['kubernetes_current', 'kubelets_current']],
  ['1.28', version('v1.28.15'), ['kubernetes_without_native_sidecars', 'kubelets_current']],
  ['1.27', version('v1.27.0'), ['kubernetes_too_old', 'kubelets_current']],
  ['no version', version(7), ['kubernetes_version_unreadable', 'kubelets_current']],
  [
    'no policies',
    { policies: absent },
    ['kubernetes_current', 'kubernetes_without_admission_policies', 'kubelets_current'],
  ],
  [
    'policies that one may not see',
    { policies: forbidden('list policies') },
    ['kubernetes_current', 'not_allowed', 'kubelets_current'],
  ],
  ['no node', { nodes: listed() }, ['kubernetes_current']],
  [
    'old and new kubelets',
    { nodes: listed(kubelet('v1.28.3'), kubelet('v1.30.0')) },
    ['kubernetes_current', 'kubelets_without_native_sidecars', 'kubelets_current'],
  ],
  [
    'kubelets without a version',
    { nodes: listed(kubelet('vk')) },
    ['kubernetes_current', 'kubelets_unreadable'],
  ],
  [
    'kwok, which plays a version',
    { nodes: listed(kwokNode()) },
    ['kubernetes_current', 'kubelets_current'],
  ],
])('of %s', (_, objects, codes) => {
  expect(codesOf(findVersions(aSeen(objects)))).toEqual(codes);
});

it('names the nodes that have no native sidecars, and why', () => {
  const never = aProfile({ name: 'fargate', nodes: fargateRules, nativeSidecars: 'no' });
  const seen = aSeen(
    { nodes: listed(kubelet('v1.28.3'), fargateNode()) },
    { settings: settings({ profiles: [...settings().profiles.slice(0, 1), never] }) },
  );
  expect(findVersions(seen)[1]).toEqual({
    code: 'kubelets_without_native_sidecars',
    items: [
      { name: 'fargate', detail: 'profile fargate' },
      { name: 'v1.28.3', detail: 'kubelet v1.28.3' },
    ],
  });
});

const fargateRules = [{ label: 'eks.amazonaws.com/compute-type', value: 'fargate' }];
