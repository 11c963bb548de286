import { describe, expect, it } from 'vitest';
import { load } from '../../src/config/load.js';
import { type Config, optionEntries } from '../../src/config/schema.js';
import { render, withoutHelm } from './chart.js';

/** The program's configuration, as a pod of the chart reads it. */
function configOf(set: readonly string[] = []): Config {
  const objects = render({ set });
  const container = objects.get('Deployment').spec?.template.spec?.containers[0];
  const files = objects.get('ConfigMap').data ?? {};
  const flag = container?.args?.find((arg) => arg.startsWith('--config=')) ?? '';
  const env = (container?.env ?? []).map(({ name, valueFrom }) => [
    name,
    { 'metadata.name': 'a-pod', 'metadata.namespace': 'a-namespace' }[
      valueFrom?.fieldRef?.fieldPath ?? ''
    ],
  ]);
  return load({
    flags: { config: flag.replace('--config=', '') },
    env: Object.fromEntries(env) as Record<string, string | undefined>,
    readFile: (path) => files[path.replace('/etc/ds-injector/', '')] ?? '',
  }).config;
}

/** What is not the program's default, because it follows from the cluster and the release. */
const OF_THE_CLUSTER: Partial<Config> = {
  cluster: 'in-cluster',
  ownNamespace: 'a-namespace',
  ownRelease: 'ds-injector',
  podName: 'a-pod',
  settleSeconds: 5,
};

describe.skipIf(withoutHelm)('the options that the chart gives to the program', () => {
  it('are ones that it knows, with its own defaults', () => {
    const defaults = Object.fromEntries(
      optionEntries.map(([name, option]) => [name, option.default]),
    );
    expect(configOf()).toEqual({ ...defaults, ...OF_THE_CLUSTER });
  });

  it('all that decide what is injected are values of the chart', () => {
    const injection = optionEntries
      .filter(([, { group }]) => group === 'injection')
      .map(([name]) => name);
    const set = [
      'injection.annotationPrefixes={a.example,b.example/}',
      'injection.mixed=skip',
      'injection.resources=keep',
      'injection.isolation=ephemeral',
      'injection.existing=report',
      'injection.outdated=evict',
      'injection.orphaned=evict',
      'injection.allowHostNamespaces={hostPID}',
      'injection.kubernetesVersion=v1.30',
      'injection.placeholders=leave',
      'injection.leaveToPlatform={tencent}',
      'injection.profiles[0].name=mine',
      'injection.profiles[0].nodes[0].label=mine',
    ];
    const [changed, unchanged] = [configOf(set), configOf()];
    const fromRelease = ['ownNamespace', 'ownRelease'];
    expect(
      injection.filter((name) => !fromRelease.includes(name) && changed[name] === unchanged[name]),
    ).toEqual([]);
    expect(changed.annotationPrefixes).toEqual(['a.example/', 'b.example/']);
  });

  it('pods that run are added to where the webhook is asked about pods', () => {
    const expression = 'webhook.namespaceSelector[0]';
    const set = ['key=inject', 'operator=In', 'values={yes,sure}'];
    const { namespaceSelector } = configOf(set.map((value) => `${expression}.${value}`));
    expect(namespaceSelector).toEqual([{ key: 'inject', operator: 'In', values: ['yes', 'sure'] }]);
  });

  it('those of the certificates follow their mode', () => {
    const files = ['mode=files', 'files.secretName=s', 'files.caBundle=c'];
    for (const set of [['mode=cert-manager'], files]) {
      expect(configOf(set.map((value) => `certificates.${value}`))).toMatchObject({
        certificates: 'files',
        tlsCert: '/etc/ds-injector-tls/tls.crt',
        tlsKey: '/etc/ds-injector-tls/tls.key',
      });
    }
    const self = ['caLifetime=2h', 'leafLifetime=1h'].map((value) => `certificates.self.${value}`);
    expect(configOf(self)).not.toEqual(configOf());
  });
});
