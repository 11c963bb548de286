import { NATIVE_SIDECARS_SINCE, parseVersion, type Version } from '../core/model/version.js';
import { given } from './given.js';
import { finding, findingFor, findingIf, type Finding } from './finding.js';
import { nameOf, textAt } from '../survey/raw.js';
import { gitVersionOf, type Seen } from './seen.js';
import { virtualNodesIn, type VirtualNode } from './virtual-nodes.js';

/** The oldest API server that reads the webhook configuration as it is written: it knows match conditions. */
const OLDEST: Version = 128;

/** What the versions of API server and kubelets make of injection. */
export function findVersions(seen: Seen): readonly Finding[] {
  const { objects } = seen;
  return [
    ...given(objects.version, () => ofServer(gitVersionOf(objects))),
    ...given(
      objects.policies,
      () => [],
      () => [finding('kubernetes_without_admission_policies')],
    ),
    ...given(objects.nodes, () => ofKubelets(virtualNodesIn(seen))),
  ];
}

function ofServer(text: string): readonly Finding[] {
  const version = parseVersion(text);
  if (version === undefined) return [finding('kubernetes_version_unreadable', text)];
  if (version < OLDEST) return [finding('kubernetes_too_old', text)];
  return [
    finding(
      version < NATIVE_SIDECARS_SINCE ? 'kubernetes_without_native_sidecars' : 'kubernetes_current',
      text,
    ),
  ];
}

function ofKubelets(nodes: readonly VirtualNode[]): readonly Finding[] {
  const byVersion = nodes.filter(({ profile }) => profile.nativeSidecars === 'by-version');
  const never = nodes.filter(({ profile }) => profile.nativeSidecars === 'no');
  const old = byVersion.filter((one) => (versionOf(one) ?? Infinity) < NATIVE_SIDECARS_SINCE);
  const unreadable = byVersion.filter((one) => versionOf(one) === undefined);
  const lacking = [...never, ...old];
  return [
    ...findingFor('kubelets_without_native_sidecars', lacking.map(described)),
    ...findingFor('kubelets_unreadable', unreadable.map(described)),
    ...findingIf(
      nodes.length > lacking.length + unreadable.length,
      'kubelets_current',
      lacking.length === 0 ? undefined : `${nodes.length - lacking.length} of ${nodes.length}`,
    ),
  ];
}

const textOf = ({ node }: VirtualNode): string =>
  textAt(node, 'status', 'nodeInfo', 'kubeletVersion');
const versionOf = (one: VirtualNode): Version | undefined => parseVersion(textOf(one));

const described = (one: VirtualNode) => ({
  name: nameOf(one.node),
  detail:
    one.profile.nativeSidecars === 'no'
      ? `profile ${one.profile.name}`
      : `kubelet ${textOf(one) || 'of no version'}`,
});
