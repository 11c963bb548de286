import { expect, it } from 'vitest';
import { settings, superNode } from '../../test/support/builders.js';
import { inject } from './engine.js';
import type { KubernetesObject, Pod } from './model/types.js';
import { applyPatch } from './patch/apply.js';
import { WorldStore } from './world/store.js';

/** What may stand in place of any value of a manifest. `absent` takes the value away. */
const absent = Symbol('absent');
const faults: readonly unknown[] = [absent, null, 5, 'x', [null], { x: null }, { toString: 1 }];

const probe = {
  exec: { command: ['sh', '-c', 'cat /host/proc/x'] },
  httpGet: { port: 'http', host: '' },
  periodSeconds: 5,
  failureThreshold: 3,
  initialDelaySeconds: 1,
};
const ref = { name: 'c', key: 'k', optional: false };
const field = { fieldPath: "metadata.labels['app']" };
const resource = { resource: 'limits.cpu', divisor: '1m', containerName: 'broken' };

const securityContext = {
  privileged: false,
  runAsUser: 5,
  runAsGroup: 5,
  runAsNonRoot: true,
  capabilities: { add: ['KILL'], drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
  appArmorProfile: { type: 'RuntimeDefault' },
  seLinuxOptions: { type: 'container_t', user: '', role: '' },
  windowsOptions: { hostProcess: false },
  procMount: 'Default',
};

/** A container that has whatever injection looks at. */
const container = {
  name: 'broken',
  image: 'broken:1',
  command: ['run', '--root=/host/proc'],
  args: ['-v'],
  workingDir: '/host/proc',
  env: [
    { name: 'A', value: '/host/proc' },
    { name: 'B', valueFrom: { fieldRef: field } },
    { name: 'C', valueFrom: { resourceFieldRef: resource } },
    { name: 'D', valueFrom: { configMapKeyRef: ref } },
    { name: 'E', valueFrom: { secretKeyRef: { name: 'c' } } },
    { name: 'F', valueFrom: { fileKeyRef: { volumeName: 'empty', path: 'p', key: 'k' } } },
    { name: 'G', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ],
  envFrom: [{ configMapRef: { name: 'c' }, secretRef: { name: 'c' } }],
  ports: [{ containerPort: 9100, hostPort: 9100, name: 'http', protocol: 'TCP', hostIP: '' }],
  resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1' }, claims: [] },
  volumeMounts: [
    { name: 'log', mountPath: '/var/log', readOnly: true, mountPropagation: 'None' },
    { name: 'proc', mountPath: '/host/proc' },
    { name: 'config', mountPath: '/etc/c', subPath: 'k' },
    { name: 'empty', mountPath: '/e', subPathExpr: '$(A)/$(D)' },
    { name: 'secret', mountPath: '/s' },
    { name: 'projected', mountPath: '/p' },
    { name: 'info', mountPath: '/i' },
  ],
  volumeDevices: [],
  livenessProbe: { httpGet: { port: 'http' }, initialDelaySeconds: 1 },
  readinessProbe: { tcpSocket: { port: 80 } },
  startupProbe: probe,
  lifecycle: { preStop: { exec: { command: ['true'] } }, stopSignal: 'SIGTERM' },
  restartPolicyRules: [],
  securityContext,
};
const items = [{ key: 'k', path: 'p' }];
const downwardAPI = {
  items: [
    { path: 'a', fieldRef: field },
    { path: 'b', resourceFieldRef: resource },
    { path: 'c', fieldRef: { fieldPath: 'metadata.name' } },
  ],
};
const spec = {
  containers: [container],
  initContainers: [
    { name: 'init', image: 'i:1' },
    { name: 'side', image: 's:1', restartPolicy: 'Always' },
  ],
  volumes: [
    { name: 'log', hostPath: { path: '/var/log', type: 'Directory' } },
    { name: 'proc', hostPath: { path: '/proc' } },
    { name: 'config', configMap: { name: 'c', items, optional: true } },
    { name: 'secret', secret: { secretName: 'c', items } },
    { name: 'empty', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
    { name: 'info', downwardAPI },
    {
      name: 'projected',
      projected: {
        sources: [
          { configMap: { name: 'c', items } },
          { secret: { name: 'c' } },
          { downwardAPI: { items: [{ path: 'a', fieldRef: field }] } },
          { clusterTrustBundle: { name: 'b' } },
          { serviceAccountToken: { path: 't' } },
        ],
      },
    },
  ],
  imagePullSecrets: [{ name: 'registry' }],
  tolerations: [{ operator: 'Exists' }, { key: 'k', operator: 'Equal', value: 'v', effect: '' }],
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }],
            matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['x'] }],
          },
        ],
      },
    },
  },
  os: { name: 'linux' },
  hostNetwork: false,
  hostPID: false,
  serviceAccountName: 'broken',
  securityContext: { runAsUser: 5, seccompProfile: { type: 'RuntimeDefault' } },
  resources: { limits: { 'hugepages-2Mi': '0' } },
};
const annotations = {
  'eks.tke.cloud.tencent.com/ds-injection': 'true',
  'eks.tke.cloud.tencent.com/ds-inject-by-label': 'app:web',
  'ds-injector.io/placement': 'plain',
};
const broken = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'broken', namespace: 'monitoring', uid: 'u', annotations },
  spec: { template: { metadata: { labels: { app: 'broken' }, annotations }, spec } },
};
const sound: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'sound', namespace: 'monitoring' },
  spec: {
    template: {
      metadata: { annotations: { 'eks.tke.cloud.tencent.com/ds-injection': 'true' } },
      spec: {
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'sound', image: 'sound:1' }],
      },
    },
  },
};
const revision = {
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {
    name: 'sound-1',
    namespace: 'monitoring',
    labels: { 'controller-revision-hash': '1' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'sound', uid: 'u' }],
  },
  data: { spec: { template: { $patch: 'replace', ...(sound['spec'] as object) } } },
  revision: 1,
};
const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'other', labels: { 'kubernetes.io/os': 'linux' } },
  spec: {
    taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }],
    unschedulable: false,
    providerID: 'other://x',
  },
  status: { nodeInfo: { kubeletVersion: 'v1.34.0' } },
};
const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'monitoring',
    labels: { 'pod-security.kubernetes.io/enforce': 'privileged' },
    annotations: {
      'openshift.io/node-selector': '',
      'eks.tke.cloud.tencent.com/ds-injection': 'true',
    },
  },
};
const account = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'monitoring' },
  imagePullSecrets: [{ name: 'a' }],
};
const config = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'monitoring' },
  data: { k: 'v' },
};
const everything: readonly KubernetesObject[] = [
  sound,
  broken,
  revision,
  node,
  namespace,
  account,
  config,
  { ...config, kind: 'Secret' },
  superNode(),
];

const pod: Pod = {
  metadata: {
    labels: { app: 'web' },
    annotations: {
      'eks.tke.cloud.tencent.com/start-after-ds': 'true',
      'eks.tke.cloud.tencent.com/metrics-port': '9000-9200',
    },
  },
  spec: {
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { 'node.kubernetes.io/instance-type': 'eklet' },
    containers: [{ name: 'web', image: 'web:1' }],
  },
};

/** Every value of a document, by the path of keys to it. */
function pathsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, one]) => pathsIn(one, [...path, key]));
  return [path, ...inner];
}

/** A copy with another value at a path. */
function withFault<T>(document: T, path: readonly string[], fault: unknown): T {
  const copy = structuredClone(document);
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Fields)[key], copy);
  const key = path.at(-1) ?? '';
  if (fault !== absent) (parent as Fields)[key] = fault;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent as Fields, key);
  return copy;
}
type Fields = Record<string, unknown>;

/** The faults after which `holds` says no, or fails. */
function failing<T extends object>(document: T, holds: (broken: T) => boolean): readonly string[] {
  return pathsIn(document)
    .filter((path) => path.length > 0)
    .flatMap((path) =>
      faults.flatMap((fault) => {
        const told = `${path.join('.')} = ${fault === absent ? 'absent' : JSON.stringify(fault)}`;
        try {
          return holds(withFault(document, path, fault)) ? [] : [told];
        } catch (error) {
          return [`${told}: ${String(error)}`];
        }
      }),
    );
}

const options = settings();
const request = (one: Pod) => ({ pod: one, namespace: 'monitoring' });

function injectsSound(objects: readonly KubernetesObject[]): boolean {
  const world = new WorldStore(objects);
  const first = inject(request(pod), world, options);
  const second = inject(request(applyPatch(pod, first.operations)), world, options);
  const verdict = first.daemonSets.find(({ name }) => name === 'sound');
  return verdict?.decision === 'inject' && second.operations.length === 0;
}

it.each([
  ['DaemonSet', broken],
  ['ControllerRevision', revision],
  ['Node', node],
  ['Namespace', namespace],
  ['ServiceAccount', account],
  ['ConfigMap', config],
])(
  'injects a DaemonSet whatever one value of another object says: %s',
  (_, object) => {
    const others = everything.filter((one) => one !== object);
    const verdicts = inject(request(pod), new WorldStore(everything), options).daemonSets;
    expect(verdicts).toMatchObject([{ reason: 'injected' }, { reason: 'injected' }]);
    const holds = (one: KubernetesObject): boolean => injectsSound([...others, one]);
    expect(failing(object, holds)).toEqual([]);
  },
  60_000,
);

it('answers for a pod whatever one of its values says, and a second pass changes nothing', () => {
  const rich: Pod = {
    metadata: {
      name: 'web',
      labels: { app: 'web' },
      annotations: {
        'eks.tke.cloud.tencent.com/ds-injection': 'true',
        'eks.tke.cloud.tencent.com/env-host-ip': 'true',
        'prometheus.io/scrape': 'true',
      },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', controller: true }],
    },
    spec: { ...spec, ...pod.spec, containers: [container, { name: 'web', image: 'web:1' }] },
  };
  const world = new WorldStore(everything);
  const isStable = (one: Pod): boolean => {
    const first = inject(request(one), world, options);
    const again = inject(request(applyPatch(one, first.operations)), world, options);
    return again.operations.length === 0;
  };
  expect(inject(request(rich), world, options).reason).toBe('injected');
  expect(failing(rich, isStable)).toEqual([]);
}, 60_000);
