import { describe, expect, it } from 'vitest';
import { decodeText } from './decode.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('decodeText', () => {
  it('keeps every character, a byte order mark and U+FFFD included', () => {
    const text = '\uFEFFcaf\u00e9 \uFFFD \u{1F600}\r\n';
    expect(decodeText(Buffer.from(text))).toBe(text);
    expect(decodeText(bytes())).toBe('');
  });

  it.each([
    ['Latin-1', [0x61, 0x0a, 0x0a, 0xe9, 0x0a, 0x62], 3],
    ['a character that is cut off', [0x61, 0x0a, 0xc3], 2],
    ['a surrogate', [0xed, 0xa0, 0x80, 0x0a], 1],
  ])('names the line of %s', (_, values, line) => {
    expect(() => decodeText(bytes(...values))).toThrow(
      expect.objectContaining({
        line,
        message: expect.stringMatching(/^is not UTF-8 \(/) as string,
      }),
    );
  });

  it.each(['\uFEFFa', '\uFFFEa'])('names UTF-16', (text) => {
    expect(() => decodeText(Buffer.from(text, 'utf16le'))).toThrow('is not UTF-8 but UTF-16');
  });
});
