import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutManagedFields } from './managed-fields.js';

const skip = (text: string): string => withoutManagedFields(Buffer.from(text));

describe('withoutManagedFields', () => {
  it.each([
    [
      'a list',
      '{"a":{"managedFields":[{"x":[1,[2]]},3]},"b":1}',
      '{"a":{"managedFields":[]},"b":1}',
    ],
    ['an empty list', '{"managedFields":[]}', '{"managedFields":[]}'],
    [
      'brackets in strings',
      '{"managedFields":["]","\\"]","\\\\"],"b":[]}',
      '{"managedFields":[],"b":[]}',
    ],
    [
      'characters of several bytes',
      '{"n":"中","managedFields":["文]"],"m":"é"}',
      '{"n":"中","managedFields":[],"m":"é"}',
    ],
    [
      'the first of two',
      '{"managedFields":[1],"x":{"managedFields":[2]}}',
      '{"managedFields":[],"x":{"managedFields":[2]}}',
    ],
  ])('empties %s', (_, text, expected) => {
    expect(skip(text)).toBe(expected);
  });

  it.each([
    ['without any', '{"a":1}'],
    ['where they are no list', '{"managedFields":{"a":[]}}'],
    ['in a string', JSON.stringify({ note: '{"managedFields":[1]}' })],
    ['that never end', '{"managedFields":[1,[2]'],
    ['that end in a string', '{"managedFields":["a'],
    ['that end in an escape', '{"managedFields":["a\\'],
    ['with blanks', '{"managedFields": [1]}'],
  ])('leaves a body as it is %s', (_, text) => {
    expect(skip(text)).toBe(text);
  });

  it('changes nothing else of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (other, managedFields) => {
        const text = JSON.stringify({ before: [other], managedFields, after: other });
        expect(skip(text)).toBe(
          JSON.stringify({ before: [other], managedFields: [], after: other }),
        );
      }),
    );
  });
});
