import type { Random } from './random.js';

/** Pieces of JSON, and of what is none, that parsers take badly. */
const pieces: readonly Buffer[] = [
  Buffer.from('{'),
  Buffer.from('}'),
  Buffer.from('['),
  Buffer.from(']'),
  Buffer.from('"'),
  Buffer.from('\\'),
  Buffer.from('\\u0000'),
  Buffer.from('\\ud800'),
  Buffer.from(','),
  Buffer.from('null'),
  Buffer.from('1e9999'),
  Buffer.from('-0'),
  Buffer.from('9'.repeat(500)),
  Buffer.from('"__proto__":{"polluted":true},'),
  Buffer.from('"constructor":{"prototype":{"polluted":true}},'),
  Buffer.from('"request":null,'),
  Buffer.from('"uid":"",'),
  Buffer.from('"object":{"spec":{}},'),
  Buffer.from('"name":"",'),
  Buffer.from([0xef, 0xbb, 0xbf]),
  Buffer.from([0x00]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  Buffer.from('\u2028'),
  Buffer.from('//'),
];

type Mutation = (body: Buffer, random: Random) => Buffer;

const truncate: Mutation = (body, random) => body.subarray(0, random.below(body.length + 1));

const flip: Mutation = (body, random) => {
  const copy = Buffer.from(body);
  const at = random.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
};

const overwrite: Mutation = (body, random) => {
  const copy = Buffer.from(body);
  copy[random.below(copy.length)] = random.below(256);
  return copy;
};

const splice: Mutation = (body, random) => {
  const at = random.below(body.length + 1);
  return Buffer.concat([body.subarray(0, at), random.pick(pieces), body.subarray(at)]);
};

const cut: Mutation = (body, random) => {
  const at = random.below(body.length);
  return Buffer.concat([body.subarray(0, at), body.subarray(at + 1 + random.below(40))]);
};

const repeat: Mutation = (body, random) => {
  const from = random.below(body.length);
  const part = body.subarray(from, from + 1 + random.below(200));
  return Buffer.concat([body.subarray(0, from), part, body.subarray(from)]);
};

/** A piece put after a comma or a brace, where it may well be understood: a key that comes twice, for one. */
const putField: Mutation = (body, random) => {
  const places: number[] = [];
  for (let at = body.indexOf('{'); at >= 0; at = body.indexOf('{', at + 1)) places.push(at + 1);
  const at = places.length === 0 ? 0 : random.pick(places);
  const fields = pieces.filter((piece) => piece.at(-1) === COMMA && piece.length > 1);
  return Buffer.concat([body.subarray(0, at), random.pick(fields), body.subarray(at)]);
};

const COMMA = 0x2c;

/** A value far deeper than anybody writes it, in a field that nobody knows. */
const deepen: Mutation = (body, random) => {
  const depth = random.pick([100, 500]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  const deep = `${open.repeat(depth)}1${close.repeat(depth)}`;
  const at = body.indexOf('"spec":{');
  return at < 0
    ? Buffer.from(deep)
    : Buffer.concat([
        body.subarray(0, at + 8),
        Buffer.from(`"deep":${deep},`),
        body.subarray(at + 8),
      ]);
};

const lengthen: Mutation = (body) => {
  const at = body.indexOf('"image":"');
  const long = Buffer.alloc(300_000, 'y');
  return at < 0 ? long : Buffer.concat([body.subarray(0, at + 9), long, body.subarray(at + 9)]);
};

const common: readonly Mutation[] = [truncate, flip, overwrite, splice, cut, repeat, putField];
const seldom: readonly Mutation[] = [deepen, lengthen];

/** The body with one to four mutations of its bytes. */
export function mutateBytes(body: Buffer, random: Random): Buffer {
  let mutated = body;
  for (let times = 1 + random.below(4); times > 0 && mutated.length > 0; times -= 1) {
    mutated = random.pick(random.chance(0.01) ? seldom : common)(mutated, random);
  }
  return mutated;
}
