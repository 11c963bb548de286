import { expect, it } from 'vitest';
import { findMisfit, podShape } from './shape.js';

const pod = (spec: object): object => ({ spec: { containers: [], ...spec } });

it.each([
  ['no spec', {}, '.spec is missing'],
  ['not an object', [], 'it is not an object'],
  ['no containers', { spec: {} }, '.spec.containers is missing'],
  ['containers as a map', { spec: { containers: {} } }, '.spec.containers is not a list'],
  ['a container without a name', pod({ containers: [{}] }), '.spec.containers[0].name is missing'],
  ['a container that is null', pod({ containers: [null] }), '.spec.containers[0] is not an object'],
  ['a volume as text', pod({ volumes: ['x'] }), '.spec.volumes[0] is not an object'],
  [
    'a port as text',
    pod({ containers: [{ name: 'a', ports: [{ containerPort: '80' }] }] }),
    '.spec.containers[0].ports[0].containerPort is not a number',
  ],
  [
    'a label that is a number',
    { metadata: { labels: { a: 1 } }, spec: { containers: [] } },
    '.metadata.labels[a] is not a string',
  ],
  [
    'a node selector that is a list',
    pod({ nodeSelector: [] }),
    '.spec.nodeSelector is not an object',
  ],
])('finds what does not fit: %s', (_, value, misfit) => {
  expect(findMisfit(value, podShape)).toBe(misfit);
});

it.each([
  ['null lists and maps', pod({ volumes: null, initContainers: null, nodeSelector: null })],
  ['unknown fields of any kind', pod({ futureField: [1, { a: null }] })],
  [
    'a quantity as a number',
    pod({ containers: [{ name: 'a', resources: { limits: { cpu: 1 } } }] }),
  ],
])('lets %s pass', (_, value) => {
  expect(findMisfit(value, podShape)).toBeUndefined();
});
