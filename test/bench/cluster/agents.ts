import type { Container, Volume } from '../../../src/core/model/types.js';
import { marked, type Agent } from './daemonsets.js';

/** Five agents as clusters run them. All of them are marked and can go to a super node. */
export const agents = (): readonly Agent[] => [
  logCollector(),
  nodeExporter(),
  tracingAgent(),
  securityAgent(),
  metricsAgent(),
];

const logCollector = (): Agent => ({
  name: 'log-collector',
  namespace: 'logging',
  annotations: marked,
  spec: {
    containers: [
      {
        ...container('log-collector', { memory: '256Mi', cpu: '200m' }),
        args: ['--config=/etc/log-collector/collector.yaml', '--storage=/var/lib/log-collector'],
        env: [...identity(), { name: 'OUTPUT_HOST', value: 'logs.logging.svc.cluster.local' }],
        ports: [{ name: 'log-metrics', containerPort: 2021, protocol: 'TCP' }],
        volumeMounts: [
          { name: 'varlog', mountPath: '/var/log' },
          { name: 'state', mountPath: '/var/lib/log-collector' },
          { name: 'config', mountPath: '/etc/log-collector', readOnly: true },
        ],
        livenessProbe: probe('/healthz', 2021),
      },
    ],
    volumes: [
      hostPath('varlog', '/var/log'),
      hostPath('state', '/var/lib/log-collector'),
      configMap('config', 'log-collector-config'),
    ],
  },
});

const nodeExporter = (): Agent => ({
  name: 'node-exporter',
  namespace: 'monitoring',
  annotations: marked,
  spec: {
    containers: [
      {
        ...container('node-exporter', { memory: '128Mi', cpu: '100m' }),
        args: [
          '--path.procfs=/host/proc',
          '--path.sysfs=/host/sys',
          '--web.listen-address=:9100',
          '--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|var/lib/kubelet/.+)($|/)',
        ],
        env: identity(),
        ports: [{ name: 'node-metrics', containerPort: 9100, hostPort: 9100, protocol: 'TCP' }],
        volumeMounts: [
          { name: 'proc', mountPath: '/host/proc', readOnly: true },
          { name: 'sys', mountPath: '/host/sys', readOnly: true },
        ],
        livenessProbe: probe('/', 9100),
        readinessProbe: probe('/', 9100),
      },
    ],
    volumes: [hostPath('proc', '/proc'), hostPath('sys', '/sys')],
  },
});

const tracingAgent = (): Agent => ({
  name: 'tracing-agent',
  namespace: 'tracing',
  annotations: marked,
  spec: {
    containers: [
      {
        ...container('tracing-agent', { memory: '200Mi', cpu: '150m' }),
        args: ['--config=/etc/tracing/agent.yaml', '--set=service.telemetry.level=basic'],
        env: [
          ...identity(),
          { name: 'COLLECTOR', value: 'http://collector.tracing.svc:4317' },
          { name: 'GOMEMLIMIT', value: '160MiB' },
        ],
        ports: [
          { name: 'otlp-grpc', containerPort: 4317, protocol: 'TCP' },
          { name: 'otlp-http', containerPort: 4318, protocol: 'TCP' },
        ],
        volumeMounts: [{ name: 'config', mountPath: '/etc/tracing', readOnly: true }],
        livenessProbe: probe('/', 13133),
      },
    ],
    volumes: [configMap('config', 'tracing-agent')],
  },
});

const securityAgent = (): Agent => ({
  name: 'security-agent',
  namespace: 'security',
  annotations: marked,
  spec: {
    containers: [
      {
        ...container('security-agent', { memory: '256Mi', cpu: '250m' }),
        env: [
          ...identity(),
          { name: 'HOST_PROC', value: '/host/proc' },
          {
            name: 'TOKEN',
            valueFrom: { secretKeyRef: { name: 'security-agent', key: 'token', optional: true } },
          },
        ],
        volumeMounts: [
          { name: 'proc', mountPath: '/host/proc', readOnly: true },
          { name: 'logs', mountPath: '/var/log/audit' },
          { name: 'rules', mountPath: '/etc/security-agent/rules.d', readOnly: true },
        ],
        livenessProbe: { ...probe('/healthz', 8765), initialDelaySeconds: 60 },
      },
    ],
    volumes: [
      hostPath('proc', '/proc'),
      hostPath('logs', '/var/log/audit'),
      configMap('rules', 'security-agent-rules'),
    ],
  },
});

const metricsAgent = (): Agent => ({
  name: 'metrics-agent',
  namespace: 'monitoring',
  annotations: marked,
  spec: {
    containers: [
      {
        ...container('metrics-agent', { memory: '300Mi', cpu: '200m' }),
        command: ['/bin/metrics-agent'],
        args: ['--config-file=/etc/metrics-agent/agent.yaml', '--listen=:8126'],
        env: [...identity(), { name: 'FLUSH_INTERVAL', value: '15s' }],
        ports: [{ name: 'statsd', containerPort: 8125, protocol: 'UDP' }],
        volumeMounts: [
          { name: 'config', mountPath: '/etc/metrics-agent', readOnly: true },
          { name: 'run', mountPath: '/var/run/metrics-agent' },
        ],
        livenessProbe: probe('/live', 8126),
        readinessProbe: probe('/ready', 8126),
      },
    ],
    volumes: [configMap('config', 'metrics-agent'), hostPath('run', '/var/run/metrics-agent')],
  },
});

/** A container of an agent with what all agents have. */
function container(name: string, limits: { memory: string; cpu: string }): Container {
  return {
    name,
    image: `registry.example.com/platform/${name}:v1.8.2`,
    imagePullPolicy: 'IfNotPresent',
    resources: { requests: { memory: '64Mi', cpu: '20m' }, limits },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    securityContext: { runAsUser: 0, runAsNonRoot: false, allowPrivilegeEscalation: false },
  };
}

const identity = (): NonNullable<Container['env']> => [
  { name: 'NODE_NAME', valueFrom: field('spec.nodeName') },
  { name: 'HOST_IP', valueFrom: field('status.hostIP') },
  { name: 'POD_NAME', valueFrom: field('metadata.name') },
  { name: 'POD_NAMESPACE', valueFrom: field('metadata.namespace') },
];

const field = (fieldPath: string) => ({ fieldRef: { apiVersion: 'v1', fieldPath } });

const probe = (path: string, port: number): NonNullable<Container['livenessProbe']> => ({
  httpGet: { path, port, scheme: 'HTTP' },
  periodSeconds: 10,
  timeoutSeconds: 5,
  successThreshold: 1,
  failureThreshold: 3,
});

const hostPath = (name: string, path: string): Volume => ({
  name,
  hostPath: { path, type: 'DirectoryOrCreate' },
});

const configMap = (name: string, of: string): Volume => ({
  name,
  configMap: { name: of, defaultMode: 420 },
});
