import type { Container, ProjectedSource, Volume } from '../../../src/core/model/types.js';

/** What the containers of a workload differ in. */
export interface Business {
  readonly app: string;
  /** Tag of the images. */
  readonly version: string;
  /** Volumes with configuration. */
  readonly mounts: number;
}

/** The volume that the API server adds; the end of its name is random. */
export const TOKEN = 'kube-api-access-x7k2p';

/** The volumes of a pod, the last one added by the API server's own admission. */
export const volumesOf = ({ app, mounts }: Business): readonly Volume[] => [
  ...range(mounts).map((index) => ({
    name: `config-${index}`,
    configMap: { name: `${app}-config-${index}`, defaultMode: 420 },
  })),
  { name: 'tmp', emptyDir: {} },
  { name: TOKEN, projected: { sources: tokenSources(), defaultMode: 420 } },
];

const tokenSources = (): ProjectedSource[] => [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  { downwardAPI: { items: [{ path: 'namespace', fieldRef: fieldRef('metadata.namespace') }] } },
];

/**
 * A container with all its defaults filled in.
 *
 * @param index of the container in its pod; the first one has the app's name.
 * @param settings number of variables besides those that every container has.
 */
export const containerOf = (business: Business, index: number, settings: number): Container => ({
  name: index === 0 ? business.app : `${business.app}-helper-${index}`,
  image: `registry.example.com/${business.app}/server-${index}:${business.version}`,
  ports: [
    { name: `http-${index}`, containerPort: 8080 + index, protocol: 'TCP' },
    { name: `metrics-${index}`, containerPort: 9080 + index, protocol: 'TCP' },
  ],
  env: envOf(business.app, settings),
  resources: {
    limits: { cpu: '2', memory: '2Gi' },
    requests: { cpu: '250m', memory: `${256 + 64 * index}Mi` },
  },
  volumeMounts: mountsOf(business),
  livenessProbe: {
    ...probe('/healthz', 8080 + index),
    initialDelaySeconds: 15,
    periodSeconds: 10,
  },
  readinessProbe: { ...probe('/readyz', 8080 + index), periodSeconds: 5 },
  lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', 'sleep 10'] } } },
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
  securityContext: {
    capabilities: { drop: ['ALL'] },
    runAsUser: 1000,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
  },
});

const envOf = (app: string, settings: number): NonNullable<Container['env']> => [
  { name: 'POD_NAME', valueFrom: { fieldRef: fieldRef('metadata.name') } },
  { name: 'POD_NAMESPACE', valueFrom: { fieldRef: fieldRef('metadata.namespace') } },
  { name: 'NODE_NAME', valueFrom: { fieldRef: fieldRef('spec.nodeName') } },
  { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: `${app}-db`, key: 'password' } } },
  ...range(settings).map((index) => ({
    name: `${app.toUpperCase().replaceAll('-', '_')}_SETTING_${index}_URL`,
    value: `http://dependency-${index}.${app}.svc.cluster.local:8080/api/v1`,
  })),
];

const mountsOf = ({ app, mounts }: Business): NonNullable<Container['volumeMounts']> => [
  ...range(mounts).map((index) => ({
    name: `config-${index}`,
    mountPath: `/etc/${app}/conf.d/${index}`,
    readOnly: true,
  })),
  { name: 'tmp', mountPath: '/tmp' },
  { name: TOKEN, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
];

const probe = (path: string, port: number): NonNullable<Container['livenessProbe']> => ({
  httpGet: { path, port, scheme: 'HTTP' },
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
});

const fieldRef = (fieldPath: string): { apiVersion: string; fieldPath: string } => ({
  apiVersion: 'v1',
  fieldPath,
});

/** 0, 1, … up to `count` numbers. */
export const range = (count: number): readonly number[] => [...Array(count).keys()];
