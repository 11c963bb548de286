import { writeFileSync } from 'node:fs';
import { net, PREFIX } from './places.js';
import { run, tryRun } from './shell.js';

/** Networks of containers are named so; the plugins write it into the comments of their rules. */
export const networkOf = (node: string): string => `${PREFIX}${node}`;

/** Lets pods reach each other and the world, also on a machine whose policy is to forward nothing (Docker's). */
const FORWARD = ['-s', '-d'].map((side) => ['FORWARD', side, net.pods, '-j', 'ACCEPT']);

export async function openNetwork(): Promise<void> {
  // Stays on: others may have come to rely on it when the cluster ends.
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  await bridge(`${PREFIX}cp`, `${net.controlPlane}/24`);
  for (const rule of FORWARD) await run('iptables', ['-w', '-I', ...rule]);
}

/** The network device to which the pods of a node are tied. */
export const bridgeOf = (index: number): string => `${PREFIX}node${index}`;

export const openNodeNetwork = (index: number): Promise<void> =>
  bridge(bridgeOf(index), `${net.node(index)}/24`);

async function bridge(name: string, address: string): Promise<void> {
  await tryRun('ip', ['link', 'add', name, 'type', 'bridge']);
  await run('ip', ['addr', 'replace', address, 'dev', name]);
  await run('ip', ['link', 'set', name, 'up']);
}

/** Takes away what openNetwork, the network plugins and kube-proxy left behind. */
export async function closeNetwork(): Promise<void> {
  for (const rule of FORWARD) await tryRun('iptables', ['-w', '-D', ...rule]);
  const links = await tryRun('ip', ['-o', 'link']);
  const ours = new RegExp(`\\b${PREFIX}(?:cp|node\\d+)\\b`, 'g');
  for (const link of new Set(links.match(ours))) await tryRun('ip', ['link', 'del', link]);
  await removeHostPorts(await tryRun('iptables-save', ['-t', 'nat']));
}

/**
 * The portmap plugin forgets nothing by itself. Its rules name the network in a comment; those that lead into a chain of
 * one host port go, then the chain.
 */
async function removeHostPorts(saved: string): Promise<void> {
  const rules = saved.split('\n').filter((line) => line.includes(`name: \\"${PREFIX}`));
  const chains = new Set<string>();
  for (const rule of rules) {
    const words = [...rule.matchAll(/"((?:\\.|[^"])*)"|(\S+)/g)].map(
      ([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
    );
    const target = words[words.indexOf('-j') + 1] ?? '';
    if (target.startsWith('CNI-')) chains.add(target);
    await tryRun('iptables', ['-w', '-t', 'nat', '-D', ...words.slice(1)]);
  }
  for (const chain of chains) {
    await tryRun('iptables', ['-w', '-t', 'nat', '-F', chain]);
    await tryRun('iptables', ['-w', '-t', 'nat', '-X', chain]);
  }
}
