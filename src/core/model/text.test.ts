import { expect, it } from 'vitest';
import { canonical, fingerprint } from './text.js';

it('gives equal values equal texts, whatever the order of their fields', () => {
  expect(canonical({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
    '{"a":true,"b":[1,{"c":"x","d":null}]}',
  );
  expect(canonical({ a: undefined })).toBe('{}');
});

it('keeps a fingerprint stable across releases, since records hold it', () => {
  expect(fingerprint('')).toBe('33niihzj4ux45');
  expect(fingerprint('ds-injector')).not.toBe(fingerprint('ds-injectos'));
});
