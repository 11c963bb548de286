import { expect, it } from 'vitest';
import { applyPatch } from './apply.js';
import { PatchBuilder, escapeKey } from './builder.js';

it('makes absent parents once and escapes keys', () => {
  const patch = new PatchBuilder();
  patch.ensureObject('/a', undefined);
  patch.ensureObject('/a', undefined);
  patch.set(`/a/${escapeKey('x/y~z')}`, 1, false);
  patch.insert('/list', null, [1, 2]);
  patch.insert('/list', null, [3]);
  expect(applyPatch({}, patch.operations)).toEqual({
    a: { 'x/y~z': 1 },
    list: [1, 2, 3],
  });
});

it('inserts in order at an index', () => {
  const patch = new PatchBuilder();
  patch.insert('/list', [1, 4], [2, 3], 1);
  expect(applyPatch({ list: [1, 4] }, patch.operations)).toEqual({ list: [1, 2, 3, 4] });
});

it('leaves the document alone that it is given', () => {
  const document = { a: { b: 1 } };
  applyPatch(document, [{ op: 'replace', path: '/a/b', value: 2 }]);
  expect(document).toEqual({ a: { b: 1 } });
});

it.each([
  ['a missing parent', '/a/b'],
  ['a leading zero, which RFC 6902 forbids', '/list/01'],
  ['an index past the end', '/list/9'],
  ['a bad escape', '/x~2'],
])('refuses %s', (_, path) => {
  expect(() => applyPatch({ list: [1, 2] }, [{ op: 'add', path, value: 1 }])).toThrow();
});

it('takes a key that looks like a bad index for the key that it is', () => {
  const labels = applyPatch({ labels: {} }, [
    { op: 'add', path: '/labels/012', value: 'x' },
  ]).labels;
  expect(labels).toEqual({ '012': 'x' });
});
