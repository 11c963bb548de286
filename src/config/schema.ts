import { z } from 'zod';
import type { HostNamespace } from '../core/settings.js';
import { clusterOptions } from './cluster-options.js';
import { choice, option, optional, type Option } from './option.js';
import {
  annotationPrefix,
  host,
  integer,
  kubernetesVersion,
  label,
  listOf,
  paths,
  text,
} from './values.js';

const HOST_NAMESPACES = ['hostNetwork', 'hostPID', 'shareProcessNamespace'] as const;

export type { Group, Option } from './option.js';

/** Every option of the program. The keys are the names in the configuration file. */
export const options = {
  annotationPrefixes: option<readonly string[]>({
    group: 'injection',
    value: '<prefix,…>',
    default: ['eks.tke.cloud.tencent.com/'],
    schema: listOf(annotationPrefix).refine((prefixes) => prefixes.length > 0),
    expected: 'one or more DNS subdomains, such as eks.tke.cloud.tencent.com/',
    doc: 'Prefixes of the annotations; for each key the first prefix that is present wins. A missing slash is added.',
  }),
  mixed: choice(['late', 'inject', 'pin', 'skip'], {
    group: 'injection',
    default: 'late',
    doc: 'What to do with a pod that may land on a virtual node or on a real one.',
  }),
  resources: choice(['zero', 'keep'], {
    group: 'injection',
    default: 'zero',
    doc: "Whether injected containers request nothing (zero) or what their DaemonSet's do (keep).",
  }),
  isolation: choice(['sidecar', 'ephemeral'], {
    group: 'injection',
    default: 'sidecar',
    doc: 'What applies where neither DaemonSet nor pod has the annotation ds-injector.io/isolation.',
  }),
  existing: choice(['ephemeral', 'evict', 'report'], {
    group: 'injection',
    default: 'ephemeral',
    doc: 'What becomes of pods that run already and lack a DaemonSet: they get ephemeral containers where that can express it, are evicted so that their controllers make them anew, or are only reported. In a cluster, by the leader.',
  }),
  outdated: choice(['report', 'evict'], {
    group: 'injection',
    default: 'report',
    doc: 'What becomes of pods with an older revision of a DaemonSet than their node wants, where that cannot be changed while they run: they are only reported, or evicted so that their controllers make them anew. In a cluster, by the leader.',
  }),
  orphaned: choice(['report', 'evict'], {
    group: 'injection',
    default: 'report',
    doc: 'What becomes of pods with a DaemonSet that is gone, or that does not go into them any more: they are only reported, or evicted so that their controllers make them anew. In a cluster, by the leader.',
  }),
  allowHostNamespaces: option<readonly HostNamespace[]>({
    group: 'injection',
    value: '<name,…>',
    default: [],
    schema: listOf(z.enum(HOST_NAMESPACES)),
    expected: `a list of ${HOST_NAMESPACES.join(', ')}`,
    doc: `Host namespaces that do not keep a pod from being injected: ${HOST_NAMESPACES.join(', ')}.`,
  }),
  kubernetesVersion: option<string>({
    group: 'injection',
    value: '<major.minor|auto>',
    default: 'auto',
    schema: z.union([z.literal('auto'), kubernetesVersion]),
    expected:
      'auto or a version such as 1.36 or v1.36.3 (in quotes in a file, because 1.30 is the number 1.3)',
    doc: 'The version of the API server for which pods are made. auto: what it says itself; without a cluster, 1.36.',
  }),
  profiles: optional('injection', {
    value: '<file>',
    schema: text,
    expected: 'the path of a file',
    doc: 'A YAML or JSON file with a list of more provider profiles; one with the name of a built-in replaces it.',
  }),
  leaveToPlatform: option<readonly string[]>({
    group: 'injection',
    value: '<profile,…>',
    default: [],
    schema: listOf(label),
    expected: 'a list of names of profiles',
    doc: 'Profiles whose platform injects DaemonSets by itself and is left to do so.',
  }),
  placeholders: choice(['auto', 'gate', 'leave'], {
    group: 'injection',
    default: 'auto',
    doc: 'What becomes of the pods that the DaemonSet controller makes for virtual nodes: kept from starting, to stand for what runs there, with revisions that have to prove themselves (gate), or left alone (leave). auto: gate in a cluster where own-namespace is given, so that a leader looks after them, else leave.',
  }),
  ownNamespace: optional('injection', {
    value: '<namespace>',
    schema: label,
    expected: 'the name of a namespace',
    doc: 'The namespace in which the injector runs; its own pods are left alone. Needs own-release.',
  }),
  ownRelease: optional('injection', {
    value: '<release>',
    schema: label,
    expected: 'the value of the label app.kubernetes.io/instance',
    doc: "The injector's release: the label app.kubernetes.io/instance of its pods. Needs own-namespace.",
  }),
  world: option<readonly string[]>({
    group: 'server',
    value: '<path>',
    default: [],
    schema: paths,
    expected: 'one or more paths of files or folders',
    doc: 'Manifests of DaemonSets, Nodes, Namespaces, …: a file or a folder; serve watches it. The flag may be repeated.',
  }),
  listenAddress: option<string>({
    group: 'server',
    value: '<address>',
    default: 'all',
    schema: z.union([z.literal('all'), host]),
    expected: 'all, an IP address or a host name',
    doc: 'The address to listen on. all: every address, IPv6 where the machine has it, else IPv4 only.',
  }),
  port: option<number>({
    group: 'server',
    value: '<port>',
    default: 8443,
    schema: integer(0, 65_535),
    expected: 'a port from 0 to 65535',
    doc: 'The port for reviews, over TLS. 0: any free port.',
  }),
  opsPort: option<number | 'off'>({
    group: 'server',
    value: '<port|off>',
    default: 8080,
    // YAML 1.1 tools write a bare `off` as false.
    schema: z.union([
      z.literal('off'),
      z.literal(false).transform(() => 'off' as const),
      integer(0, 65_535),
    ]),
    expected: 'a port from 0 to 65535, or off',
    doc: 'The port for /healthz, /readyz and /metrics, in plain HTTP. 0: any free port.',
  }),
  tlsCert: optional('server', {
    value: '<file>',
    schema: text,
    expected: 'the path of a file',
    doc: 'A certificate with its chain in PEM. Needs tls-key. Without both, one is made in cert-dir.',
  }),
  tlsKey: optional('server', {
    value: '<file>',
    schema: text,
    expected: 'the path of a file',
    doc: 'The private key of tls-cert, in PEM.',
  }),
  certDir: option<string>({
    group: 'server',
    value: '<folder>',
    default: 'certs',
    schema: text,
    expected: 'the path of a folder',
    doc: 'Where an own certificate and its authority are made and kept.',
  }),
  certHosts: option<readonly string[]>({
    group: 'server',
    value: '<host,…>',
    default: [],
    schema: listOf(host),
    expected: 'a list of DNS names and IP addresses',
    doc: 'Names for the own certificate besides localhost, 127.0.0.1 and ::1.',
  }),
  settleSeconds: option<number | 'auto'>({
    group: 'server',
    value: '<seconds|auto>',
    default: 'auto',
    schema: z.union([z.literal('auto'), integer(0, 3600)]),
    expected: 'whole seconds from 0 to 3600, or auto',
    doc: 'How long to go on serving after SIGTERM while /readyz says no, until the cluster sends reviews elsewhere. auto: 5 in a cluster, else 0.',
  }),
  drainSeconds: option<number>({
    group: 'server',
    value: '<seconds>',
    default: 10,
    schema: integer(0, 3600),
    expected: 'whole seconds from 0 to 3600',
    doc: 'How long open reviews may take to end after that, before they are cut.',
  }),
  ...clusterOptions,
  logLevel: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    group: 'logging',
    default: 'info',
    doc: 'The least level that is logged.',
  }),
} as const;

export type OptionName = keyof typeof options;

/** Every option with its value, checked. */
export type Config = {
  readonly [Name in OptionName]: (typeof options)[Name]['default'];
};

/** The options in the order of the table, with their names in the file. */
export const optionEntries = Object.entries(options) as readonly (readonly [
  OptionName,
  Option<unknown>,
])[];

/** A default as people write it in a flag; empty if there is none. */
export const shownDefault = ({ default: value, shown }: Option<unknown>): string => {
  if (shown !== undefined) return shown;
  return Array.isArray(value) || typeof value === 'string' || typeof value === 'number'
    ? value.toString()
    : '';
};
