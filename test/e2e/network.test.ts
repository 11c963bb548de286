import { beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../src/core/model/types.js';
import { untilInjected } from './support/api.js';
import { apply, exec, getJson, waitFor } from './support/kubectl.js';
import { annotated, aShell, Theme } from './support/objects.js';

const theme = new Theme('network');
const { namespace } = theme;
const PORTS = [9100, 8080, 3500];

const serves = PORTS.map((port) => `httpd -p ${port} -h /www/${port}`).join('; ');
const pages = PORTS.map((port) => `mkdir -p /www/${port}; echo port ${port} >/www/${port}/metrics`);
const exporter = aShell('exporter', `${pages.join('; ')}; ${serves}`, {
  ports: PORTS.map((containerPort) => ({ containerPort })),
});

/** A pod on another node, without anything injected. */
const visitor = theme.pod('visitor', { spec: { nodeSelector: null, nodeName: 'worker' } });

interface Running extends Pod {
  readonly status: { readonly podIP: string };
}

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('exporter', [exporter]));
  await untilInjected(theme.pod('first'), 'exporter');
  await apply(
    visitor,
    theme.pod('default'),
    theme.pod('open', annotated('metrics-port', '9100,8080,3000-5000')),
  );
  await waitFor(namespace, 'condition=Ready', 'pod/visitor', 'pod/default', 'pod/open');
});

const declared = ({ spec }: Pod): readonly unknown[] =>
  (spec?.containers ?? [])
    .filter(({ name }) => name === 'exporter')
    .flatMap(({ ports }) => (ports ?? []).map(({ containerPort }) => containerPort));

const visit = async (pod: string, port: number): Promise<string> => {
  const { status } = await getJson<Running>('pod', '-n', namespace, pod);
  const line = `timeout 10 wget -q -O - http://${status.podIP}:${port}/metrics`;
  return exec(namespace, 'visitor', 'app', line);
};

describe('the network of an injected container', () => {
  it('metrics-port: another pod reads the metrics at the address of the pod', async () => {
    expect(await visit('default', 9100)).toBe('port 9100\n');
  });

  it('metrics-port: a list and a range open the further ports of the DaemonSet', async () => {
    const pod = await getJson<Pod>('pod', '-n', namespace, 'open');
    expect(declared(pod)).toEqual(PORTS);
    for (const port of PORTS) expect(await visit('open', port)).toBe(`port ${port}\n`);
  });

  it('metrics-port: 9100 alone is declared by default', async () => {
    expect(declared(await getJson<Pod>('pod', '-n', namespace, 'default'))).toEqual([9100]);
  });

  it('prometheus finds the first port by the annotations of the pod', async () => {
    const { metadata } = await getJson<Pod>('pod', '-n', namespace, 'default');
    expect(metadata?.annotations).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9100',
    });
  });
});
