import fc from 'fast-check';
import type { Random } from './random.js';

/** Values that programs trip over, by the field in which they hurt most. */

const LONG = 'x'.repeat(300);
const HUGE = '/'.concat('long/'.repeat(2048));

const names = [
  '',
  ' ',
  'a/b',
  'a~b',
  '~0~1',
  'a.b',
  'UPPER',
  LONG,
  'x'.repeat(63),
  'x'.repeat(64),
  '-',
  'ä',
  '日本',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'ds-injector-no-token',
  'host-var-log',
  'a\nb',
  '\u0000',
  '\ud800',
  '0',
  'agent',
  'app',
];
const paths = [
  '',
  '/',
  '//',
  '.',
  '..',
  '/..',
  '/../etc',
  '/var/../proc',
  '/var//log/',
  '/var/log/.',
  'var/log',
  '/proc/1',
  '/sys/fs/cgroup',
  '/dev',
  '/var/run',
  '/run/secrets/kubernetes.io',
  '/var/run/secrets/kubernetes.io/serviceaccount/',
  '/var/run/secrets/kubernetes.io/serviceaccount/token',
  '/run/secrets',
  '/$(HOME)/x',
  '$$',
  '/a:b',
  '/日本/ä',
  '/a\\b',
  '/[.*',
  HUGE,
  '/\u0000',
  '/__proto__',
  'C:\\logs',
];
const quantities = [
  '1e999',
  '-1',
  '0x10',
  '',
  '1e-999',
  '1Ei',
  '9'.repeat(400),
  '1.5',
  '.5',
  '1m',
  '1 Gi',
  'NaN',
  'Infinity',
  '1e3',
  '0',
  '+1',
  1,
  -1,
  1e308,
  1.5,
];
const ports = [
  0,
  -1,
  1,
  80,
  9100,
  65_535,
  65_536,
  1.5,
  2 ** 53,
  'http',
  '9100',
  '',
  '70000',
  '-80',
];
const seconds = [0, -1, 1, 2 ** 31, 2 ** 53, 1.5];
const fieldPaths = [
  '',
  'metadata.name',
  'metadata.uid',
  'metadata.labels',
  'metadata.annotations',
  "metadata.labels['']",
  "metadata.labels['__proto__']",
  "metadata.annotations['constructor']",
  "metadata.annotations['a']['b']",
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  '__proto__',
];
const expressions = [
  '$(POD)',
  '$(',
  '$$(A)',
  '../$(A)',
  '/abs',
  '$()',
  `$(${LONG})`,
  'a/b/../c',
  '',
];
const operators = [
  'In',
  'NotIn',
  'Exists',
  'DoesNotExist',
  'Gt',
  'Lt',
  'Equal',
  'in',
  '',
  'Within',
];
const effects = ['NoSchedule', 'NoExecute', 'PreferNoSchedule', '', 'Anything'];
const keys = [
  ...names,
  'eks.tke.cloud.tencent.com/eklet',
  'kubernetes.io/os',
  'kubernetes.io/hostname',
  'metadata.name',
];
const images = [
  '',
  'nginx',
  'reg:5000/a/b:1@sha256:abc',
  '@',
  ':',
  '/',
  'a@b@c',
  ' nginx ',
  'example.org/agent:1',
  'example.org/a:1',
];
const texts = [
  'true',
  'false',
  '',
  '$(A)',
  '$$',
  '$(',
  LONG,
  '\u2028',
  '\ud83d',
  '{',
  '[]',
  'null',
];

/** By the name of the field that holds the value. */
const byField: Readonly<Record<string, readonly unknown[]>> = {
  name: names,
  containerName: names,
  volumeName: names,
  secretName: names,
  namespace: [...names, 'kube-system', 'default', 'shop'],
  serviceAccountName: names,
  nodeName: [...names, 'super', 'worker'],
  schedulerName: ['fargate-scheduler', ...names],
  mountPath: paths,
  path: paths,
  subPath: [...expressions, ...paths],
  subPathExpr: [...expressions, ...paths],
  workingDir: paths,
  cpu: quantities,
  memory: quantities,
  'ephemeral-storage': quantities,
  sizeLimit: quantities,
  divisor: quantities,
  containerPort: ports,
  hostPort: ports,
  port: ports,
  periodSeconds: seconds,
  failureThreshold: seconds,
  initialDelaySeconds: seconds,
  runAsUser: [0, -1, 1000, 2 ** 53, '0'],
  fieldPath: fieldPaths,
  resource: ['limits.cpu', 'requests.memory', 'limits', '', '.', 'limits.__proto__', 'x.y.z'],
  operator: operators,
  effect: effects,
  key: keys,
  image: images,
  value: [...texts, ...paths],
  type: ['', 'File', 'Socket', 'Directory', 'Localhost', 'CharDevice', 'Whatever'],
  medium: ['', 'Memory', 'HugePages', 'HugePages-2Mi', '__proto__'],
  restartPolicy: ['Always', 'OnFailure', 'Never', '', 'always'],
  mountPropagation: ['None', 'HostToContainer', 'Bidirectional', ''],
  protocol: ['TCP', 'UDP', 'SCTP', '', 'tcp'],
  kubeletVersion: ['v1.36.3', 'v1.28.0', 'fake', '', 'v1', '999.999', 'v1.x'],
  uid: ['', 'x', LONG],
};

const anything: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1e308,
  2 ** 53,
  '',
  [],
  {},
  [null],
  [[]],
  [{}],
  { '': '' },
  { name: null },
  [{ name: 'a' }, { name: 'a' }],
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
  LONG,
];

/** Characters that end, escape or turn something round somewhere. */
const characters = Array.from('a/~$().:=,%"\\\u0000\n\u2028\u202eé日😀').concat(
  '\ud800',
  '__proto__',
);

/** What fast-check thinks of as JSON, and texts that are all trouble. */
const generated: readonly unknown[] = [
  ...fc.sample(fc.jsonValue({ maxDepth: 3 }), { numRuns: 300, seed: 1 }),
  ...fc.sample(fc.string({ unit: fc.constantFrom(...characters) }), { numRuns: 200, seed: 2 }),
];

/** A value for a field, more often than not one of the type that belongs there. */
export function hostileValue(random: Random, field: string): unknown {
  const known = Object.hasOwn(byField, field) ? byField[field] : undefined;
  if (known !== undefined && random.chance(0.85)) return random.pick(known);
  return random.pick(random.chance(0.6) ? anything : generated);
}

/** A key for a field or an entry of a map. */
export const hostileKey = (random: Random): string =>
  random.pick(random.chance(0.5) ? names : Object.keys(byField));

/** A path, for records and annotations. */
export const hostileName = (random: Random): string => random.pick(names);
