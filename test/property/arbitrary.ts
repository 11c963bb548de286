import fc from 'fast-check';
import type { Container, DaemonSet, Pod, PodSpec, Volume } from '../../src/core/model/types.js';
import { aDaemonSet, aPod, PREFIX, superNodeToleration } from '../support/builders.js';

/** Few names, ports and paths, so that clashes are the rule and not the exception. */
const name = fc.constantFrom('app', 'agent', 'log', 'a', 'agent-log', 'x'.repeat(63));
const volumeName = fc.constantFrom('data', 'log', 'cfg', 'agent-log', 'ds-injector-no-token');
const port = fc.constantFrom(80, 443, 6666, 8080, 9100);
const path = fc.constantFrom(
  '/var/log',
  '/var/log/app',
  '/var',
  '/data',
  '/etc/machine-id',
  '/proc',
  '/var/run/x.sock',
);
const mountPath = fc.constantFrom(
  '/var/log',
  '/var/log/app',
  '/host/proc',
  '/data',
  '/run',
  '/var/run/secrets/kubernetes.io/serviceaccount',
);
const amount = fc.constantFrom('0', '100m', '1', '128Mi', '1Gi');
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const source: fc.Arbitrary<Omit<Volume, 'name'>> = fc.oneof(
  path.map((one) => ({ hostPath: { path: one } })),
  fc.constant({ emptyDir: {} }),
  fc.constant({ emptyDir: { sizeLimit: '1Gi' } }),
  fc.constant({ configMap: { name: 'cfg' } }),
  fc.constant({ secret: { secretName: 'cfg' } }),
  fc.constant({
    projected: {
      sources: [{ serviceAccountToken: { path: 'token' } }, { configMap: { name: 'cfg' } }],
    },
  }),
  fc.constant({
    downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] },
  }),
);
const volumes = fc.uniqueArray(
  fc.tuple(volumeName, source).map(([one, rest]): Volume => ({ name: one, ...rest })),
  { selector: (volume) => volume.name, maxLength: 4 },
);

const env = fc.constantFrom(
  { name: 'A', value: '$(HOST)' },
  { name: 'HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
  { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { name: 'TIER', valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } },
  { name: 'KEY', valueFrom: { configMapKeyRef: { name: 'cfg', key: 'k' } } },
  { name: 'MEM', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } },
);
const probe = fc.constantFrom(
  { httpGet: { port: 'metrics' } },
  { exec: { command: ['sh', '-c', 'true'] } },
  { tcpSocket: { port: 9100 }, periodSeconds: 5 },
);
const resources = fc.record(
  {
    requests: fc.record({ cpu: amount, memory: amount }, { requiredKeys: [] }),
    limits: fc.record({ cpu: amount, memory: amount }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

/** A container that mounts some of the volumes given, each mount path once. */
const containerOf = (known: readonly Volume[]): fc.Arbitrary<Container> =>
  fc.record({
    name,
    image: fc.constantFrom('example.org/a:1', 'example.org/b:2'),
    args: maybe(fc.constant(['--path=/host/proc', '/var/log'])),
    env: maybe(fc.uniqueArray(env, { selector: (one) => one.name })),
    ports: maybe(
      fc.uniqueArray(port, { maxLength: 2 }).map((ports) =>
        ports.map((containerPort, i) => ({
          containerPort,
          ...(i === 0 ? { name: 'metrics', hostPort: containerPort } : {}),
        })),
      ),
    ),
    resources: maybe(resources),
    livenessProbe: maybe(probe),
    readinessProbe: maybe(probe),
    startupProbe: maybe(probe),
    securityContext: maybe(
      fc.constantFrom({ privileged: true }, { runAsUser: 7 }, { runAsNonRoot: true }, {}),
    ),
    volumeMounts: maybe(
      fc.uniqueArray(
        fc.record({
          name:
            known.length === 0
              ? fc.constant('none')
              : fc.constantFrom(...known.map((volume) => volume.name)),
          mountPath,
          readOnly: fc.boolean(),
        }),
        { selector: (mount) => mount.mountPath, maxLength: known.length === 0 ? 0 : 3 },
      ),
    ),
    futureField: maybe(fc.constant({ kept: [1, null, { deep: true }] })),
  }) as fc.Arbitrary<Container>;

const containers = (known: readonly Volume[], least: number): fc.Arbitrary<Container[]> =>
  fc.uniqueArray(containerOf(known), {
    selector: (container) => container.name,
    minLength: least,
    maxLength: 3,
  });

const switches = fc.record(
  {
    [`${PREFIX}start-after-ds`]: fc.constantFrom('true', 'false', 'maybe'),
    [`${PREFIX}env-host-ip`]: fc.constant('true'),
    [`${PREFIX}metrics-port`]: fc.constantFrom('9100', '6000-7000,80', 'no port'),
    'ds-injector.io/placement': fc.constantFrom('native', 'plain', 'elsewhere'),
    'prometheus.io/scrape': fc.constant('false'),
    'a/b~c': fc.constant('kept'),
  },
  { requiredKeys: [] },
);

/** Without the fields that are undefined, as JSON has them. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A pod that lands on a super node, of any restart policy, with or without anything that injection touches. */
export const pods: fc.Arbitrary<Pod> = volumes
  .chain((known) =>
    fc.record({
      annotations: maybe(switches),
      labels: maybe(fc.constantFrom({ tier: 'web' }, {})),
      spec: fc.record({
        containers: containers(known, 1),
        initContainers: maybe(
          containers(known, 0).map((all) =>
            all.map((one) => ({ ...one, name: `i-${one.name.slice(0, 61)}` })),
          ),
        ),
        volumes: fc.constantFrom(known, known.length === 0 ? undefined : known),
        restartPolicy: fc.constantFrom('Always', 'OnFailure', 'Never', undefined),
        imagePullSecrets: maybe(fc.constantFrom([], [{ name: 'registry' }])),
        securityContext: maybe(fc.constantFrom({ runAsUser: 1000 }, { runAsNonRoot: true }, {})),
        resources: maybe(fc.constant({ limits: { cpu: '2', memory: '2Gi' } })),
        futureField: maybe(fc.constant({ kept: true })),
        tolerations: fc.constant([superNodeToleration]),
      }),
    }),
  )
  .map(({ annotations, labels, spec }) =>
    aPod(asJson({ metadata: { annotations, labels }, spec }) as Pod),
  );

/** Marked DaemonSets under different names, most of which can be injected. */
export const daemonSets: fc.Arbitrary<readonly DaemonSet[]> = fc
  .array(
    volumes.chain((known) =>
      fc.record({
        containers: containers(known, 1),
        initContainers: maybe(
          containers(known, 0).map((all) =>
            all.map((one) => ({ ...one, name: `i-${one.name.slice(0, 61)}` })),
          ),
        ),
        volumes: fc.constant(known),
        imagePullSecrets: maybe(fc.constant([{ name: 'agents' }])),
        hostNetwork: fc.boolean(),
        securityContext: maybe(
          fc.constantFrom({ runAsUser: 0, fsGroup: 1 }, { runAsNonRoot: true }),
        ),
        tolerations: fc.constant([superNodeToleration]),
      }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((specs) =>
    specs.map((spec, i) => {
      const base = aDaemonSet({
        metadata: { name: ['agent', 'log.shipper', 'x'.repeat(63)][i] ?? 'agent' },
      });
      const template = base.spec?.template;
      return {
        ...base,
        spec: { ...base.spec, template: { ...template, spec: asJson(spec) as PodSpec } },
      };
    }),
  );
