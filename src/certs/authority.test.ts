import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { authorities, DAY, MADE } from '../../test/support/authority.js';
import { bundleOf, knows, readAuthority, withAuthority, type Authority } from './authority.js';
import { certificatesIn } from './bundle.js';
import { issueLeaf, type Issued } from './issue.js';

let first: Issued;
let second: Issued;
let third: Issued;

beforeAll(async () => {
  [first, second, third] = (await authorities(3)) as [Issued, Issued, Issued];
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secretOf = (authority: Authority) =>
  withAuthority({ kind: 'Secret', metadata: { name: 'ca' } }, authority);
const serialsIn = (pem: string): readonly string[] =>
  certificatesIn(pem).map(({ serialNumber }) => serialNumber);

describe('readAuthority', () => {
  it('reads what withAuthority wrote', () => {
    const full: Authority = {
      ca: second,
      next: third,
      previous: [first.cert],
      promotedAt: MADE + DAY,
    };
    const plain: Authority = { ca: first, previous: [] };
    expect(readAuthority(secretOf(full))).toEqual({ kind: 'ready', authority: full });
    expect(readAuthority(secretOf(plain))).toEqual({ kind: 'ready', authority: plain });
    // What is over is taken out.
    const later = withAuthority(secretOf(full), plain);
    expect(readAuthority(later)).toEqual({ kind: 'ready', authority: plain });
    expect(Object.keys(later['data'] as object)).toEqual(['ca.crt', 'ca.key']);
  });

  it.each([
    ['no data', {}],
    ['null', { data: null }],
    ['a text', { data: 'text' }],
    ['a list', { data: ['ca.crt'] }],
    ['other keys', { data: { 'tls.crt': 'AAAA' } }],
    ['empty keys', { data: { 'ca.crt': '', 'ca.key': '' } }],
    ['numbers', { data: { 'ca.crt': 7, 'ca.key': {} } }],
  ])('takes %s for empty', (_, secret) => {
    expect(readAuthority(secret)).toEqual({ kind: 'empty' });
  });

  it.each([
    ['garbage', () => ({ 'ca.crt': base64('garbage'), 'ca.key': base64('garbage') })],
    ['what is not base64', () => ({ 'ca.crt': '%%%ä', 'ca.key': '%%%' })],
    ['a certificate alone', () => ({ 'ca.crt': base64(first.cert) })],
    ['the key of another', () => ({ 'ca.crt': base64(first.cert), 'ca.key': base64(second.key) })],
    ['a next alone', () => ({ 'next.crt': base64(first.cert), 'next.key': base64(first.key) })],
  ])('says what is wrong with %s', (_, data) => {
    expect(readAuthority({ data: data() })).toEqual({
      kind: 'garbage',
      problem: expect.stringContaining('ca.crt ') as string,
    });
  });

  it('does not take a leaf for an authority', async () => {
    const leaf = await issueLeaf(first, ['localhost'], { now: MADE, serial: '50' });
    const data = { 'ca.crt': base64(leaf.cert), 'ca.key': base64(leaf.key) };
    expect(readAuthority({ data })).toEqual({
      kind: 'garbage',
      problem: 'ca.crt is not that of a certificate authority',
    });
  });

  it('goes on without a next that is unfit, and without what it cannot read of previous', () => {
    const secret = secretOf({ ca: first, previous: [] });
    const data = {
      ...(secret['data'] as object),
      'next.crt': base64(second.cert),
      'next.key': base64(third.key),
      'previous.crt': base64(`garbage${third.cert}`),
    };
    const metadata = { annotations: { 'ds-injector.io/promoted-at': 'yesterday' } };
    expect(readAuthority({ data, metadata })).toEqual({
      kind: 'ready',
      authority: { ca: first, previous: [third.cert] },
    });
  });
});

describe('withAuthority', () => {
  it('leaves what others wrote on the Secret', () => {
    const metadata = { name: 'ca', labels: { a: 'b' }, annotations: { c: 'd' }, uid: 'u' };
    const written = withAuthority(
      { kind: 'Secret', type: 'Opaque', metadata, data: { junk: 'AAAA' } },
      { ca: first, previous: [], promotedAt: MADE },
    );
    expect(written).toMatchObject({ kind: 'Secret', type: 'Opaque', metadata });
    expect(written.metadata?.annotations).toEqual({
      c: 'd',
      'ds-injector.io/promoted-at': '2030-01-01T00:00:00.000Z',
    });
    expect(Object.keys(written['data'] as object)).toEqual(['ca.crt', 'ca.key']);
  });
});

describe('bundleOf', () => {
  const all = (): Authority => ({ ca: second, next: third, previous: [first.cert, second.cert] });

  it('holds all certificates, each once, and no key', () => {
    const bundle = bundleOf(all(), MADE);
    expect(serialsIn(bundle)).toEqual(['41', '42', '40']);
    expect(bundle).not.toContain('PRIVATE');
  });

  it('leaves out who has expired', () => {
    expect(serialsIn(bundleOf(all(), MADE + 100 * DAY))).toEqual(['41', '42']);
  });

  it('is never empty', () => {
    expect(serialsIn(bundleOf(all(), MADE + 1000 * DAY))).toEqual(['41']);
  });

  it('can be held by callers', () => {
    expect(new X509Certificate(bundleOf(all(), MADE)).ca).toBe(true);
  });
});

describe('knows', () => {
  it.each([
    ['the one that signs', () => first, true],
    ['the next one', () => second, true],
    ['the one before', () => third, true],
  ])('%s', (_, which, known) => {
    const authority: Authority = { ca: first, next: second, previous: [third.cert] };
    expect(knows(authority, which().cert)).toBe(known);
    expect(knows({ ca: first, previous: [] }, which().cert)).toBe(which() === first);
  });
});
