import { hostileKey, hostileValue } from './hostile.js';
import { copyOf, isFields, isList, setField, type Fields } from './json.js';
import type { Learned } from './learned.js';
import type { Random } from './random.js';

/** A place in a document: a list or an object, the key or index in it, and the name of the nearest field. */
interface Place {
  readonly parent: Fields | unknown[];
  readonly key: string;
  readonly field: string;
}

export interface Tools {
  readonly random: Random;
  readonly learned: Learned;
  /** Only what has stood in such a place before is put there: much of what comes out is what the API server takes. */
  readonly gentle: boolean;
}

/** Changes a document at random places, in itself; objects and lists in it must be its own. */
export function mutate(document: Fields, times: number, tools: Tools): void {
  for (let i = 0; i < times; i += 1) {
    const place = somewhere(document, tools.random);
    if (place !== undefined) mutateAt(place, tools);
  }
}

/** Some change what is at the top, which the rest hangs on; some hit any of the leaves, of which there are many more. */
const somewhere = (document: Fields, random: Random): Place | undefined =>
  random.chance(0.5) ? onTheWayDown(document, random) : anywhere(document, random);

/** Goes down from the top and stops at random: upper levels are hit as often as all of the leaves together. */
function onTheWayDown(document: Fields, random: Random): Place | undefined {
  let parent: Fields | unknown[] = document;
  let field = '';
  for (;;) {
    const keys = Object.keys(parent);
    if (keys.length === 0) return undefined;
    const key = random.pick(keys);
    if (!isList(parent)) field = key;
    const inside: unknown = (parent as Fields)[key];
    if (!hasPlaces(inside) || random.chance(0.22)) return { parent, key, field };
    parent = inside;
  }
}

const hasPlaces = (value: unknown): value is Fields | unknown[] =>
  (isFields(value) || isList(value)) && Object.keys(value).length > 0;

function anywhere(document: Fields, random: Random): Place | undefined {
  const places: Place[] = [];
  const queue: { parent: Fields | unknown[]; within: string }[] = [
    { parent: document, within: '' },
  ];
  for (const { parent, within } of queue) {
    for (const key of Object.keys(parent)) {
      const field = isList(parent) ? within : key;
      places.push({ parent, key, field });
      const inside: unknown = (parent as Fields)[key];
      if (hasPlaces(inside)) queue.push({ parent: inside, within: field });
    }
  }
  return places.length === 0 ? undefined : random.pick(places);
}

type Mutation = (place: Place, tools: Tools) => void;

const replace: Mutation = ({ parent, key, field }, { random }) => {
  put(parent, key, copyOf(hostileValue(random, field)));
};

/** What stands in this field elsewhere. */
const transplant: Mutation = ({ parent, key, field }, { random, learned }) => {
  const value = learned.value(random, field);
  if (value !== undefined) put(parent, key, copyOf(value));
};

const remove: Mutation = ({ parent, key }) => {
  if (isList(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
};

/** A field that such objects have elsewhere; with the value that it has there, or one that hurts. */
const addField: Mutation = ({ parent, key, field }, { random, learned, gentle }) => {
  const inside: unknown = (parent as Fields)[key];
  if (!isFields(inside)) return;
  const added = gentle || random.chance(0.9) ? learned.field(random, field) : hostileKey(random);
  if (added === undefined) return;
  const known = gentle || random.chance(0.7) ? learned.value(random, added) : undefined;
  setField(inside, added, copyOf(known ?? hostileValue(random, added)));
};

const duplicate: Mutation = ({ parent, key }, { random }) => {
  if (!isList(parent)) return;
  const at = random.below(parent.length + 1);
  parent.splice(at, 0, copyOf(parent[Number(key)]));
};

const insert: Mutation = ({ parent, key, field }, { random, learned }) => {
  const inside: unknown = (parent as Fields)[key];
  const target = isList(inside) ? inside : parent;
  if (!isList(target)) return;
  const value = copyOf(learned.value(random, field) ?? hostileValue(random, field));
  const items = isList(value) ? value : [value];
  target.splice(random.below(target.length + 1), 0, ...items);
};

const rename: Mutation = ({ parent, key }, { random }) => {
  if (isList(parent)) return;
  const value = parent[key];
  Reflect.deleteProperty(parent, key);
  setField(parent, hostileKey(random), value);
};

const swap: Mutation = ({ parent, key }, { random }) => {
  const other = random.pick(Object.keys(parent));
  const fields = parent as Fields;
  const [one, two] = [fields[key], fields[other]];
  put(parent, key, two);
  put(parent, other, one);
};

const wrap: Mutation = ({ parent, key }, { random }) => {
  const value = (parent as Fields)[key];
  put(parent, key, random.chance(0.5) ? [value] : { [hostileKey(random)]: value });
};

/** As many as no person writes; seldom, because it makes a case slow. */
const multiply: Mutation = ({ parent, key }, { random }) => {
  const inside: unknown = (parent as Fields)[key];
  const target = isList(inside) ? inside : parent;
  if (!isList(target) || target.length === 0 || !random.chance(0.03)) return;
  const times = random.pick([10, 50, 200, 200, 3000]);
  const model = random.pick(target);
  for (let i = 0; i < times; i += 1) {
    const copy: unknown = copyOf(model);
    if (isFields(copy) && typeof copy['name'] === 'string') copy['name'] += `-${i}`;
    if (isFields(copy) && typeof copy['mountPath'] === 'string') copy['mountPath'] += `/${i}`;
    target.push(copy);
  }
};

/** A text as long as a body can be, of what stands there or of digits. */
const lengthen: Mutation = ({ parent, key }, { random }) => {
  if (!random.chance(0.03)) return;
  const value = (parent as Fields)[key];
  const unit = typeof value === 'string' && value !== '' && random.chance(0.7) ? value : '9';
  const length = random.pick([10_000, 100_000, 1_000_000]);
  put(parent, key, unit.repeat(Math.ceil(length / unit.length)));
};

const mutations: readonly Mutation[] = [
  replace,
  replace,
  replace,
  transplant,
  transplant,
  remove,
  addField,
  addField,
  addField,
  duplicate,
  insert,
  rename,
  swap,
  wrap,
  multiply,
  lengthen,
];

const gentleMutations: readonly Mutation[] = [
  transplant,
  transplant,
  addField,
  insert,
  remove,
  swap,
];

const mutateAt: Mutation = (place, tools) => {
  tools.random.pick(tools.gentle ? gentleMutations : mutations)(place, tools);
};

function put(parent: Fields | unknown[], key: string, value: unknown): void {
  if (isList(parent)) parent[Number(key)] = value;
  else setField(parent, key, value);
}
