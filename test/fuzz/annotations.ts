import { RECORD_ANNOTATION } from '../../src/core/model/annotations.js';
import { PREFIX } from '../support/builders.js';
import { hostileName, hostileValue } from './hostile.js';
import { fieldsAt, isFields, itemsAt, setField, type Fields } from './json.js';
import { mutate, type Tools } from './json-mutation.js';
import type { Random } from './random.js';

const values: Readonly<Record<string, readonly string[]>> = {
  [`${PREFIX}ds-injection`]: [
    'true',
    'false',
    'agent',
    'monitoring/agent,log',
    'a/b/c',
    ',',
    '__proto__',
    'constructor/prototype',
    Array.from({ length: 3000 }, (_, i) => `ns/agent-${i}`).join(','),
  ],
  [`${PREFIX}ds-inject-by-label`]: ['tier:web', 'a:b,c:d', ':', '__proto__:x', 'a:b:c', 'tier:'],
  [`${PREFIX}start-after-ds`]: ['true', 'false', 'yes'],
  [`${PREFIX}env-host-ip`]: ['true', 'false', 'TRUE'],
  [`${PREFIX}metrics-port`]: [
    '9100',
    '1-65535',
    '0',
    '65536',
    '5-1',
    '80,443,9100-9200',
    '1e3',
    '-',
    Array.from({ length: 20_000 }, (_, i) => String(i + 1)).join(','),
  ],
  'ds-injector.io/placement': ['native', 'plain', 'init', ''],
  'ds-injector.io/isolation': ['sidecar', 'ephemeral', 'none'],
  'ds-injector.io/init': ['gate', 'free'],
  'ds-injector.io/injected': ['true', 'false', ''],
  'kubectl.kubernetes.io/default-container': ['app', 'nowhere', ''],
  'prometheus.io/scrape': ['true', 'false'],
  'kubernetes.io/config.mirror': ['x'],
  'scheduler.alpha.kubernetes.io/node-selector': ['a=b', '=', 'a=b,', '__proto__=x', 'a=b=c'],
  'pod-security.kubernetes.io/enforce': ['restricted', 'baseline', 'privileged', 'x'],
  'eks.amazonaws.com/fargate-profile': ['x'],
};

/** Sets one of the annotations that the injector reads, on whatever has metadata. */
export function annotate(object: unknown, { random }: Tools): void {
  if (!isFields(object)) return;
  const metadata = ownFields(object, 'metadata');
  const key = random.pick(Object.keys(values));
  const value = random.chance(0.85)
    ? random.pick(values[key] ?? [])
    : hostileValue(random, 'value');
  const field = random.chance(0.9) ? 'annotations' : 'labels';
  setField(ownFields(metadata, field), key, value);
}

/** Puts a record on a pod that is not the one that belongs there. */
export function forgeRecord(pod: unknown, tools: Tools): void {
  if (!isFields(pod)) return;
  const annotations = ownFields(ownFields(pod, 'metadata'), 'annotations');
  const present = annotations[RECORD_ANNOTATION];
  const record = typeof present === 'string' ? parsed(present) : inventedRecord(pod, tools.random);
  if (tools.random.chance(0.7)) mutate(record, 1 + tools.random.below(3), tools);
  const text = JSON.stringify(record);
  setField(annotations, RECORD_ANNOTATION, tools.random.chance(0.05) ? text.slice(0, -2) : text);
}

function parsed(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

/** A record that claims what is in the pod: containers, volumes, annotations and secrets of the business. */
function inventedRecord(pod: Fields, random: Random): Fields {
  const namesAt = (field: string): unknown[] =>
    itemsAt(pod, 'spec', field).map((item) => (isFields(item) ? item['name'] : item));
  const some = (items: readonly unknown[]): unknown[] => [
    ...items.filter(() => random.chance(0.5)),
    ...(random.chance(0.2) ? [hostileName(random)] : []),
  ];
  return {
    version: random.pick([1, 1, 1, 1, 0, 2, '1', null]),
    daemonSets: [
      {
        namespace: random.pick(['monitoring', 'default', hostileName(random)]),
        name: random.pick(['agent', 'log.shipper', hostileName(random)]),
        revision: random.pick(['', 'abc', hostileName(random)]),
        containers: some([...namesAt('containers'), ...namesAt('initContainers')]).map((name) => ({
          container: random.pick(['agent', 'app', name]),
          injectedAs: name,
          placement: random.pick(['plain', 'native', 'init', 'else']),
        })),
      },
    ],
    volumes: some(namesAt('volumes')),
    annotations: some(Object.keys(fieldsAt(pod, 'metadata', 'annotations'))),
    imagePullSecrets: some(namesAt('imagePullSecrets')),
    env: [{ container: random.pick(['app', hostileName(random)]), names: some(['HOST', 'A']) }],
    ...(random.chance(0.3) && { resources: { cpu: '2', memory: '2Gi' } }),
    ...(random.chance(0.3) && { pinned: true }),
  };
}

/** The field of an object, made where there is none. */
function ownFields(of: Fields, key: string): Fields {
  const present = Object.hasOwn(of, key) ? of[key] : undefined;
  if (isFields(present)) return present;
  const made: Fields = {};
  setField(of, key, made);
  return made;
}
