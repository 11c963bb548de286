/** A release of Kubernetes that the cluster can be. */
export interface Release {
  readonly minor: string;
  readonly version: string;
  /** Names the modules that it is built from; its sums lie beside it. */
  readonly modules: string;
  /** Build tags of Go. */
  readonly tags: string;
  /** How kube-proxy does its work. */
  readonly proxyMode: 'nftables' | 'iptables';
  /** Settings of the kubelet that came after it. */
  readonly unknownToKubelet: readonly string[];
}

const newest: Release = {
  minor: '1.36',
  version: 'v1.36.3',
  modules: 'go.mod',
  tags: '',
  proxyMode: 'nftables',
  unknownToKubelet: [],
};

/** Has no native sidecars. Its kube-proxy knows nftables not yet. */
const oldest: Release = {
  minor: '1.28',
  version: 'v1.28.15',
  modules: 'oldest.mod',
  tags: 'oldest',
  proxyMode: 'iptables',
  unknownToKubelet: ['failCgroupV1'],
};

export const releases: readonly Release[] = [newest, oldest];

/**
 * @param wanted such as `1.36`, `v1.36` or `1.36.3`; the newest if it is not given.
 * @throws Error that says which there are.
 */
export function releaseOf(wanted: string = newest.minor): Release {
  const [, minor] = /^v?(\d+\.\d+)/.exec(wanted) ?? [];
  const found = releases.find((release) => release.minor === minor);
  if (found) return found;
  const known = releases.map((release) => release.minor).join(' and ');
  throw new Error(`there is no Kubernetes ${wanted} here, only ${known}`);
}
