import { describe, expect, it } from 'vitest';
import { InputError, problemText, type Manifests } from './manifest.js';
import { parseManifests } from './parse.js';
import { joinDocuments } from './source-text.js';
import { toYaml } from './yaml.js';

const HEAD = 'apiVersion: v1\nkind: ConfigMap\n';
const parse = (text: string): Manifests => parseManifests('f.yaml', text);
const messages = (text: string): string[] => parse(text).problems.map(problemText);
const valueOf = (yaml: string): unknown => parse(`${HEAD}x: ${yaml}\n`).manifests[0]?.object['x'];

describe('parseManifests: values as kubectl reads them', () => {
  it.each([
    ['0644', 420],
    ['0o644', 420],
    ['0X1F', 31],
    ['-0o17', -15],
    ['0b11', 3],
    ['1_000', 1000],
    ['yes', true],
    ['on', true],
    ['Off', false],
    ['n', false],
    ['~', null],
    ['12:30:00', '12:30:00'],
    ['1:30.5', '1:30.5'],
    ['2001-01-01', '2001-01-01'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
    ['1e3', 1000],
    ['"0644"', '0644'],
    ['089', 89],
    ['1.30', 1.3],
    ['.', '.'],
    ['.5', 0.5],
    ['5.', 5],
    ['1_0.5', 10.5],
    ['1e400', '1e400'],
    ['1.2.3', '1.2.3'],
  ])('%s', (yaml, value) => {
    expect(valueOf(yaml)).toEqual(value);
  });

  it('merges with <<', () => {
    const text = `${HEAD}base: &b {p: 1, q: 2}\nx:\n  <<: *b\n  q: 3\n`;
    expect(parse(text).manifests[0]?.object['x']).toEqual({ p: 1, q: 3 });
  });

  it('turns keys into strings', () => {
    expect(parse(`${HEAD}data: {8080: a, on: b}\n`).manifests[0]?.object['data']).toEqual({
      8080: 'a',
      true: 'b',
    });
  });
});

describe('toYaml', () => {
  it.each([
    'yes',
    'on',
    'y',
    'N',
    '0644',
    '0o17',
    '0X1F',
    '0B1',
    '1_000',
    '1e3',
    '12:30:00',
    '2001-01-01',
    '~',
    '',
    '<<',
    '=',
    'null',
    ' ',
    '.',
    '1e1_0',
    '0_o17',
    '\ta\nb',
    '\uFEFF',
    '.5',
    '-.inf',
    '#x',
    'a: b',
    ' a',
    'a\n b\n',
    '089',
    '- a',
    '%x',
    '@x',
    '---',
    'a\u0085b',
    '\u0085',
    'a "\\\u0085\n \u2028 and quite a few words more, so that it has several lines \u2029\n b',
    '\u0080 \u0084 \u009F \u007F',
    '\uFEFFa\uFFFE\uFFFF',
    'a\rb\u0000\u001F',
  ])('writes the string %j so that it is read back', (text) => {
    const object = { apiVersion: 'v1', kind: 'X', text, [text]: 1 };
    expect(parse(toYaml(object)).manifests[0]?.object).toEqual(object);
  });

  it.each(['0o17', '0X1F', '<<', 'yes', '0644', '12:30:00'])('puts %s in quotes', (text) => {
    expect(toYaml({ text })).toBe(`text: "${text}"\n`);
  });

  it('escapes what go-yaml would fold or refuse, in keys as well', () => {
    const text = '\u0085\u2028\u2029\uFEFF\u0080\u009F\u007F\uFFFE';
    const written = String.raw`"\N\L\P\uFEFF\u0080\u009F\u007F\uFFFE"`;
    expect(toYaml({ [text]: text })).toBe(`${written}: ${written}\n`);
    expect(toYaml({ text: 'caf\u00e9 \u{1F600}' })).toBe('text: caf\u00e9 \u{1F600}\n');
  });

  it('writes no aliases and does not fold', () => {
    const shared = { a: 'word '.repeat(60).trim() };
    const text = toYaml({ one: shared, two: shared });
    expect(text).not.toMatch(/[&*]/);
    expect(text.split('\n')).toHaveLength(5);
  });
});

describe('parseManifests: documents', () => {
  it('leaves out empty documents and numbers the rest by their place in the file', () => {
    const { manifests, problems } = parse(`---\n# only a comment\n---\n${HEAD}---\n---\n${HEAD}`);
    expect(problems).toEqual([]);
    expect(manifests.map(({ document, line }) => [document, line])).toEqual([
      [2, 4],
      [4, 8],
    ]);
  });

  it.each(['', '\n', '# nothing\n', '---\n', '---\n---\n'])('finds nothing in %j', (text) => {
    expect(parse(text)).toEqual({ manifests: [], problems: [] });
  });

  it('keeps the text of a document with its comments', () => {
    const text = `# head\n${HEAD}# tail\n---\n# two\n${HEAD}`;
    expect(parse(text).manifests.map(({ source }) => source)).toEqual([
      `# head\n${HEAD}# tail\n`,
      `# two\n${HEAD}`,
    ]);
  });

  it.each([
    ['plain documents', `${HEAD}---\n${HEAD}`],
    ['content on the line of the mark', `--- {apiVersion: v1, kind: A}\n--- # hi\n${HEAD}`],
    ['end marks', `${HEAD}...\n# c\n---\n${HEAD}...\n`],
    ['Windows lines', `${HEAD}---\n${HEAD}`.replaceAll('\n', '\r\n')],
    ['no last newline', `${HEAD}---\n${HEAD}x: 1`],
    ['a byte order mark', `\uFEFF${HEAD}`],
    ['block scalars', `${HEAD}x: |+\n  a\n\n---\n${HEAD}`],
    ['JSON with tabs', '{\n\t"apiVersion": "v1",\n\t"kind": "A", "x": ["\\u00e9\\/"]\n}'],
  ])('puts the texts of %s together to what they were', (_, text) => {
    const { manifests, problems } = parse(text);
    expect(problems).toEqual([]);
    const again = parse(joinDocuments(manifests.map(({ source = '' }) => source)));
    expect(again.manifests.map(({ object }) => object)).toEqual(
      manifests.map(({ object }) => object),
    );
  });

  it('has no text for a document with directives', () => {
    const { manifests } = parse(`%YAML 1.1\n---\n${HEAD}...\n---\n${HEAD}`);
    expect(manifests.map(({ source }) => source)).toEqual([undefined, HEAD]);
  });
});

describe('parseManifests: JSON values one after another', () => {
  const value = (name: string): string =>
    `{"apiVersion": "v1",\n "kind": "${name}", "x": "}{ \\" {"}`;

  it.each(['\n', '', '\r\n\r\n'])('are documents, with %j between them', (between) => {
    const { manifests, problems } = parse(['A', 'B', 'C'].map(value).join(between));
    expect(problems).toEqual([]);
    expect(manifests.map(({ object, document }) => [object.kind, document])).toEqual([
      ['A', 1],
      ['B', 2],
      ['C', 3],
    ]);
    expect(manifests.map(({ source }) => source)).toEqual(
      ['A', 'B', 'C'].map((name) => `${value(name)}\n`),
    );
  });

  it('have the lines of the file, and may be followed by other documents', () => {
    const { manifests, problems } = parse(
      `\n${value('A')}\n\n${value('B')}\n---\n${HEAD}---\n- 1\n`,
    );
    expect(manifests.map(({ document, line }) => [document, line])).toEqual([
      [1, 2],
      [2, 5],
      [3, 8],
    ]);
    expect(problems).toMatchObject([{ document: 4, line: 11 }]);
  });

  it('have each its own problems', () => {
    expect(parse(`${value('A')}\n{"kind": "B"}\n${value('C')}\n{"a": ]`)).toMatchObject({
      manifests: [{ document: 1 }, { document: 3 }],
      problems: [{ document: 2, line: 3 }, { document: 4 }],
    });
  });

  it('are not seen in one value of YAML', () => {
    const text = "{apiVersion: v1, kind: A, x: '}{', y: {}}";
    expect(parse(text).manifests).toMatchObject([{ object: { x: '}{' } }]);
  });
});

describe('InputError', () => {
  it('tells three problems of a document, and how many more there are', () => {
    const items = '- 1\n'.repeat(100);
    const { problems } = parse(`apiVersion: v1\nkind: List\nitems:\n${items}---\n- 1\n`);
    expect(problems).toHaveLength(101);
    expect(new InputError(problems).message.split('\n')).toEqual([
      'f.yaml:4 (document 1): expected a Kubernetes object',
      'f.yaml:5 (document 1): expected a Kubernetes object',
      'f.yaml:6 (document 1): expected a Kubernetes object',
      'f.yaml (document 1): and 97 more',
      'f.yaml:105 (document 2): expected a Kubernetes object',
    ]);
  });
});

describe('parseManifests: Lists', () => {
  const item = (kind: string): string => `{apiVersion: v1, kind: ${kind}}`;

  it('opens them recursively, with lines of their own and no text', () => {
    const inner = `{apiVersion: v1, kind: List, items: [${item('C')}]}`;
    const { manifests } = parse(`apiVersion: v1\nkind: List\nitems:\n- ${item('A')}\n- ${inner}\n`);
    expect(manifests.map(({ object, line, source }) => [object.kind, line, source])).toEqual([
      ['A', 4, undefined],
      ['C', 5, undefined],
    ]);
  });

  it('names the kind of items in a typed list', () => {
    const { manifests } = parse(
      'apiVersion: apps/v1\nkind: DaemonSetList\nitems: [{metadata: {name: a}}]\n',
    );
    expect(manifests[0]?.object).toEqual({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'a' },
    });
  });

  it('takes null for no items, and leaves a kind that only ends in List alone', () => {
    expect(parse('apiVersion: v1\nkind: List\nitems:\n').manifests).toEqual([]);
    expect(parse('apiVersion: x.io/v1\nkind: AllowList\n').manifests).toHaveLength(1);
  });

  it('names the item that is no object', () => {
    expect(messages('apiVersion: v1\nkind: List\nitems:\n- 1\n- {kind: A}\n')).toEqual([
      'f.yaml:4 (document 1): expected a Kubernetes object',
      'f.yaml:5 (document 1): the object has no apiVersion',
    ]);
  });
});

describe('parseManifests: problems', () => {
  it('names all of them, and still reads what is sound', () => {
    const { manifests, problems } = parse(
      `a: [\n---\n${HEAD}---\n- 1\n---\nkind: X\n---\nx: 1\nx: 2\n`,
    );
    expect(manifests).toHaveLength(1);
    expect(problems.map(({ document }) => document)).toEqual([1, 3, 4, 5]);
  });

  it.each([
    ['just text', 'hello', 'f.yaml:1 (document 1): expected a Kubernetes object'],
    [
      'neither kind nor apiVersion',
      'a: 1',
      'f.yaml:1 (document 1): the object has no apiVersion and no kind',
    ],
    [
      'a kind that is a number',
      'apiVersion: v1\nkind: 1',
      'f.yaml:1 (document 1): the object has no kind',
    ],
    [
      'a key twice',
      `${HEAD}x: 1\nx: 2\n`,
      'f.yaml:4 (document 1): the key x is there twice in the same map',
    ],
    [
      'a quoted key twice',
      `${HEAD}x: {"a b": 1, "a b": 2}\n`,
      'f.yaml:3 (document 1): the key a b is there twice in the same map',
    ],
    ['a boolean key twice', `${HEAD}on: 1\non: 2\n`, 'the key on is there twice in the same map'],
    [
      'a key that is a map',
      `${HEAD}? {a: 1}\n: 2\n`,
      'f.yaml:3 (document 1): a key is not a string',
    ],
    [
      'a tag that is not JSON',
      `${HEAD}x: !!binary aGk=\n`,
      'f.yaml:3 (document 1): there is no JSON for !!binary',
    ],
    ['an unknown alias', `${HEAD}x: *y\n`, 'Unresolved alias'],
    ['tabs', `${HEAD}x:\n\ty: 1\n`, 'Tabs are not allowed'],
  ])('%s', (_, text, message) => {
    expect(messages(text).join('\n')).toContain(message);
  });

  it('refuses an alias bomb quickly', () => {
    const lines = Array.from(
      { length: 12 },
      (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(', ')}]`,
    );
    expect(messages(`${HEAD}a0: &a0 [x]\n${lines.join('\n')}\n`)[0]).toContain('alias');
  });

  it.each([
    ['9007199254740993', 1],
    ['-9007199254740993', 1],
    ['0x20000000000001', 1],
    ['.inf', 1],
    ['9007199254740991', 0],
    ['1e21', 0],
    ['0.1', 0],
    ['"9007199254740993"', 0],
  ])('marks the number %s as inexact or not', (number, count) => {
    const { manifests, problems } = parse(`${HEAD}x:\n  y: ${number}\n`);
    expect(problems).toEqual([]);
    expect(manifests[0]?.inexact).toHaveLength(count);
    expect(manifests[0]?.inexact[0]?.line ?? 4).toBe(4);
  });

  it('marks only the item of a List that has an inexact number', () => {
    const item = (x: string): string => `{apiVersion: v1, kind: A, x: ${x}}`;
    const { manifests } = parse(
      `apiVersion: v1\nkind: List\nitems: [${item('1')}, ${item('9007199254740993')}]\n`,
    );
    expect(manifests.map(({ inexact }) => inexact.length)).toEqual([0, 1]);
  });

  it.each([
    ['x: {p: [0, 9007199254740993]}', 'the number 9007199254740993 in .x.p[1] cannot'],
    ['x: {a.b/c: 9007199254740993}', 'the number 9007199254740993 in .x["a.b/c"] cannot'],
    ['x: {9007199254740993: y}', 'the key 9007199254740993 in .x cannot'],
    ['x: {<<: {p: 9007199254740993}}', 'the number 9007199254740993 in .x["<<"].p cannot'],
  ])('says where the number in %s is', (yaml, message) => {
    const { manifests } = parse(`${HEAD}${yaml}\n`);
    expect(manifests[0]?.inexact.map((problem) => problem.message)).toEqual([
      `${message} be represented exactly; put it in quotes if it is text`,
    ]);
  });

  it.each([
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['[*n, *n]', [9007199254740993n, 9007199254740993n]],
    ['*m', { p: 9007199254740993n }],
    ['{<<: *m}', undefined],
    ['{9007199254740993: 1}', undefined],
    ['0x20000000000001', undefined],
    ['.inf', undefined],
  ])('has %s in an item of a List exactly, or not at all', (yaml, x) => {
    const { manifests } = parse(
      `apiVersion: v1\nkind: List\nm: &m {p: &n 9007199254740993}\nitems:\n- {apiVersion: v1, kind: A, x: ${yaml}}\n`,
    );
    expect(manifests[0]?.inexact).not.toEqual([]);
    expect(manifests[0]?.exact?.['x']).toEqual(x);
  });
});
