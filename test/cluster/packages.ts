import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './shell.js';

/** Programs that the cluster runs, and the Debian packages that bring them. */
const NEEDED: readonly (readonly [string, string])[] = [
  ['etcd', 'etcd-server'],
  ['containerd', 'containerd'],
  ['ctr', 'containerd'],
  ['runc', 'runc'],
  ['/bin/busybox', 'busybox-static'],
  ['/usr/lib/cni/bridge', 'containernetworking-plugins'],
  ['/usr/lib/cni/portmap', 'containernetworking-plugins'],
  ['nft', 'nftables'],
  ['iptables', 'iptables'],
  ['iptables-save', 'iptables'],
  ['conntrack', 'conntrack'],
  ['ip', 'iproute2'],
  ['openssl', 'openssl'],
  ['tar', 'tar'],
];

/** Debian puts some of them where only root's PATH leads. */
export const PATH = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter);

const isThere = (program: string): boolean =>
  program.startsWith('/')
    ? existsSync(program)
    : PATH.split(delimiter).some((folder) => existsSync(join(folder, program)));

/** The Debian packages that are missing. */
export const missingPackages = (): readonly string[] => [
  ...new Set(NEEDED.filter(([program]) => !isThere(program)).map(([, debian]) => debian)),
];

/** Brings the Debian packages that are missing. @returns their names. */
export async function install(): Promise<readonly string[]> {
  const missing = missingPackages();
  if (missing.length === 0) return missing;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  // The packages start services of their own, which a cluster on other ports does not need.
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
  return missing;
}

/** @throws Error that says what to do if the machine cannot run the cluster. */
export function requireMachine(): void {
  if (process.platform !== 'linux') throw new Error('the test cluster needs Linux');
  if (process.getuid?.() !== 0) throw new Error('the test cluster has to be run as root');
  const missing = missingPackages();
  if (missing.length > 0) {
    throw new Error(
      `missing Debian packages: ${missing.join(' ')}; "npm run cluster -- install" brings them`,
    );
  }
}

/** @throws Error if Go is not there to build what is not built. */
export function requireGo(): void {
  if (!isThere('go')) throw new Error('Go is not installed; the cluster is built from Go modules');
}
