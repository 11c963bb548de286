import { choice, option, optional, type Option } from './option.js';
import {
  duration,
  integer,
  label,
  labelExpressions,
  subdomain,
  text,
  type LabelExpression,
} from './values.js';

/** The name of an object of the cluster. */
const clusterName = (
  spec: Pick<Option<string>, 'default' | 'doc'> & Partial<Pick<Option<string>, 'schema'>>,
): Option<string> => ({
  schema: subdomain,
  ...spec,
  group: 'cluster',
  value: '<name>',
  expected: 'the name of an object',
});

/** In milliseconds. */
const lifetime = (spec: Pick<Option<number>, 'default' | 'shown' | 'doc'>): Option<number> => ({
  ...spec,
  group: 'cluster',
  value: '<duration>',
  schema: duration,
  expected: 'a duration such as 168h, 90m or 30s',
});

const days = (count: number): Pick<Option<number>, 'default' | 'shown'> => ({
  default: count * 86_400_000,
  shown: `${count * 24}h`,
});

const leaseTime = (spec: Pick<Option<number>, 'default' | 'doc'>): Option<number> => ({
  ...spec,
  group: 'cluster',
  value: '<seconds>',
  schema: integer(1, 3600),
  expected: 'whole seconds from 1 to 3600',
});

/** What cluster mode can be told. */
export const clusterOptions = {
  cluster: choice(['off', 'in-cluster', 'kubeconfig'], {
    group: 'cluster',
    default: 'off',
    doc: 'Where the World comes from: files (off), or a cluster, as the ServiceAccount of the own pod or as the user of a kubeconfig.',
  }),
  kubeconfig: optional('cluster', {
    value: '<file>',
    schema: text,
    expected: 'the path of a file',
    doc: 'The kubeconfig; without it, the files of KUBECONFIG, then ~/.kube/config.',
  }),
  context: optional('cluster', {
    value: '<name>',
    schema: text,
    expected: 'the name of a context',
    doc: 'The context of the kubeconfig; without it, the current one.',
  }),
  certificates: choice(['self', 'files'], {
    group: 'cluster',
    default: 'self',
    doc: 'Where the serving certificate comes from in a cluster: an own authority in a Secret that all replicas share (self; without own-namespace, and outside of a pod, cert-dir), or tls-cert and tls-key (files).',
  }),
  serviceName: clusterName({
    default: 'ds-injector',
    schema: label,
    doc: 'The Service in own-namespace under which the API server calls the webhook.',
  }),
  webhookConfiguration: clusterName({
    default: 'ds-injector',
    doc: 'The MutatingWebhookConfiguration in which the certificate of the own authority is kept.',
  }),
  caSecret: clusterName({
    default: 'ds-injector-ca',
    doc: 'The Secret in own-namespace that holds the own authority.',
  }),
  caLifetime: lifetime({
    ...days(365),
    doc: 'How long the own authority lives; it is replaced at two thirds.',
  }),
  leafLifetime: lifetime({
    ...days(7),
    doc: 'How long a serving certificate of the own authority lives; it is replaced at two thirds.',
  }),
  progressDeadline: lifetime({
    default: 120_000,
    shown: '2m',
    doc: 'How long an injected container may take to run for the first time, before the placeholder of its node counts it as failed.',
  }),
  unreadyTolerance: option<number>({
    group: 'cluster',
    value: '<percent>',
    default: 10,
    schema: integer(0, 100),
    expected: 'a whole number from 0 to 100',
    doc: 'Per cent of the pods of a virtual node, rounded down, whose injected containers may fail while the placeholder is ready.',
  }),
  ephemeralRestarts: option<number>({
    group: 'cluster',
    value: '<number>',
    default: 10,
    schema: integer(0, 100),
    expected: 'a whole number from 0 to 100',
    doc: 'How often an ephemeral container of a DaemonSet that has ended is started again in one pod, ever later; each time is one more container in its spec.',
  }),
  namespaceSelector: option<readonly LabelExpression[]>({
    group: 'cluster',
    value: '<json>',
    default: [],
    schema: labelExpressions,
    expected: 'a list of label expressions, such as [{"key": "inject", "operator": "Exists"}]',
    doc: 'Namespaces whose pods get something while they run: those of which all these expressions hold, but never own-namespace. The chart gives it what the webhook has, so that pods that are not reviewed are left alone.',
  }),
  leaseName: clusterName({
    default: 'ds-injector',
    doc: 'The Lease in own-namespace by which the replicas elect the one that does what is done once.',
  }),
  podName: optional('cluster', {
    value: '<name>',
    schema: subdomain,
    expected: 'the name of a pod',
    doc: 'The own pod, which stands in the Lease; without it, the name of the machine.',
  }),
  leaseSeconds: leaseTime({
    default: 15,
    doc: 'How long the others wait for a leader that says nothing.',
  }),
  renewSeconds: leaseTime({
    default: 10,
    doc: 'How long a leader tries to say that it lives before it steps down; less than lease-seconds.',
  }),
  retrySeconds: leaseTime({
    default: 2,
    doc: 'How long everybody waits between two tries; less than renew-seconds.',
  }),
} as const;
